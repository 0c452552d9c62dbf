import { request } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { hasBearerToken } from '../../../src/service/bearer-token.ts'
import { ServiceHttp, type HttpOptions } from '../../../src/service/http-server.ts'
import { Metrics } from '../../../src/service/metrics.ts'
import { idleService, PLANTED_SECRET } from '../../support/idle-service.ts'

const TOKEN = 'a-token-of-enough-characters'
const opened: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

async function open(options: Partial<HttpOptions> = {}, isStarted = true): Promise<ServiceHttp> {
  const { context, scrubber } = await idleService()
  const get = () => (isStarted ? context : undefined)
  const metrics = new Metrics(get)
  opened.push(() => metrics[Symbol.dispose]())
  const http = await ServiceHttp.open(
    { host: '127.0.0.1', port: 0, ...options },
    { metrics, context: get, scrubber },
  )
  opened.push(() => http.close())
  return http
}

test('health is good while the process lives; ready is 503 with every failed check and what to do', async () => {
  const { url } = await open()
  expect((await fetch(`${url}/health`)).status).toBe(200)
  const ready = await fetch(`${url}/ready`)
  expect(ready.status).toBe(503)
  expect(await ready.json()).toEqual({
    ready: false,
    failed: [{ check: 'started', reason: 'not started', remedy: 'call start()' }],
  })
  expect((await fetch(`${url}/other`)).status).toBe(404)
})

test('before anything can be said, ready says that, and metrics tell of the process', async () => {
  const { url } = await open({}, false)
  expect((await fetch(`${url}/ready`)).status).toBe(503)
  const metrics = await (await fetch(`${url}/metrics`)).text()
  expect(metrics).toContain('qtx_ready 0')
  expect(metrics).toMatch(/qtx_process_memory_bytes\{kind="resident"\} \d+/)
})

test('metrics have no amount, no key and no secret', async () => {
  const { url } = await open()
  const response = await fetch(`${url}/metrics`)
  expect(response.headers.get('content-type')).toContain('text/plain')
  const text = await response.text()
  expect(text).toContain('qtx_account_assets 0')
  expect(text).not.toContain(PLANTED_SECRET)
  expect(text).not.toContain('planted-api-key')
})

test('with a token nothing is told without it', async () => {
  const { url } = await open({ token: TOKEN })
  const statusOf = async (authorization?: string) =>
    (await fetch(`${url}/health`, authorization === undefined ? {} : { headers: { authorization } })).status
  expect(await statusOf()).toBe(401)
  expect(await statusOf('Bearer wrong')).toBe(401)
  expect(await statusOf(`Basic ${TOKEN}`)).toBe(401)
  expect(await statusOf(`Bearer ${TOKEN}x`)).toBe(401)
  expect(await statusOf(`Bearer ${TOKEN}`)).toBe(200)
})

test('the token is the whole of what follows Bearer', () => {
  expect(hasBearerToken(`bearer ${TOKEN}`, TOKEN)).toBe(true)
  expect(hasBearerToken(undefined, TOKEN)).toBe(false)
  expect(hasBearerToken('Bearer ', TOKEN)).toBe(false)
})

test('a page of another origin that leads a name here is refused', async () => {
  const { url } = await open()
  const status = await new Promise((resolve, reject) => {
    request(`${url}/metrics`, { headers: { host: 'evil.example' } }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end()
  })
  expect(status).toBe(403)
})

test('beyond loopback a token is needed, and one that can be guessed is refused', async () => {
  await expect(open({ host: '0.0.0.0' })).rejects.toMatchObject({ code: 'QTX_CONFIG_INVALID' })
  await expect(open({ host: '0.0.0.0', token: 'short' })).rejects.toMatchObject({
    code: 'QTX_CONFIG_INVALID',
  })
  const { url } = await open({ host: '0.0.0.0', token: TOKEN })
  const { port } = new URL(url)
  const response = await fetch(`http://127.0.0.1:${port}/health`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  })
  expect(response.status).toBe(200)
})

test('a port that is taken is told so', async () => {
  const { url } = await open()
  await expect(open({ port: Number(new URL(url).port) })).rejects.toMatchObject({ code: 'QTX_SERVICE_BUSY' })
})
