import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { HttpTransport, TransportError } from '../../../src/exchanges/http-transport.ts'

const servers: Server[] = []

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function failureOf(work: Promise<unknown>): Promise<TransportError> {
  const error: unknown = await work.catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(TransportError)
  return error as TransportError
}

const REAL = 'https://fapi.binance.com/fapi/v1/order?symbol=BTCUSDT&newClientOrderId=77&signature=abc'

describe('http transport', () => {
  test('scheme and host are replaced, path and query stay', async () => {
    const asked: string[] = []
    const endpoint = await serve((request, response) => {
      asked.push(request.url ?? '')
      response.end('{}')
    })
    const transport = new HttpTransport({ endpoint: `${endpoint}/`, timeoutMs: 30_000 })
    const response = await transport.fetch(REAL, { method: 'GET' })
    expect(await response.text()).toBe('{}')
    expect(asked).toEqual(['/fapi/v1/order?symbol=BTCUSDT&newClientOrderId=77&signature=abc'])
  })

  test('an answer whose body never ends is a timeout, too', async () => {
    const endpoint = await serve((_request, response) => {
      response.writeHead(200)
      response.write('{"half":')
    })
    const transport = new HttpTransport({ endpoint, timeoutMs: 100 })
    const error = await failureOf(transport.fetch(REAL, { method: 'GET' }))
    expect(error.failure).toBe('timeout')
    expect(error.message).not.toContain('signature')
  })

  test('closing calls off what is under way and what comes', async () => {
    let arrived: () => void = () => undefined
    const asked = new Promise<void>((resolve) => (arrived = resolve))
    const endpoint = await serve(() => arrived())
    const transport = new HttpTransport({ endpoint, timeoutMs: 30_000 })
    const underWay = failureOf(transport.fetch(REAL, { method: 'GET' }))
    await asked
    transport.close()
    expect((await underWay).failure).toBe('aborted')
    expect((await failureOf(transport.fetch(REAL, { method: 'GET' }))).failure).toBe('aborted')
  })

  test('a redirect is not followed: keys would go elsewhere', async () => {
    const endpoint = await serve((_request, response) => {
      response.writeHead(302, { location: 'http://127.0.0.1:9/' })
      response.end()
    })
    const transport = new HttpTransport({ endpoint, timeoutMs: 30_000 })
    expect((await failureOf(transport.fetch(REAL, { method: 'GET' }))).failure).toBe('lost')
  })

  test('a rate limit says how long to wait', async () => {
    const endpoint = await serve((_request, response) => {
      response.writeHead(429, { 'retry-after': '7' })
      response.end('{"code":-1003}')
    })
    const transport = new HttpTransport({ endpoint, timeoutMs: 30_000 })
    const error = await failureOf(transport.fetch(REAL, { method: 'GET' }))
    expect([error.failure, error.retryAfterMs, error.httpStatus]).toEqual(['rate-limited', 7_000, 429])
  })

  test('whether a request that mentions a text was sent is noticed', async () => {
    const endpoint = await serve((_request, response) => response.end('{}'))
    const transport = new HttpTransport({ endpoint, timeoutMs: 30_000 })
    const mine = transport.watchFor('newClientOrderId=77')
    const other = transport.watchFor('newClientOrderId=78')
    await transport.fetch(REAL, { method: 'GET' })
    expect([mine.wasSent, other.wasSent]).toEqual([true, false])
    mine.end()
    other.end()
  })
})
