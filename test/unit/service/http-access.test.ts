import { expect, test } from 'vitest'
import { HttpAccess, type HeaderOf } from '../../../src/service/http-access.ts'

const TOKEN = 'a-token-of-enough-characters'

function headers(values: Readonly<Partial<Record<Parameters<HeaderOf>[0], string>>>): HeaderOf {
  return (name) => values[name]
}

test('without a token whoever calls it by a name of loopback is let in', () => {
  const access = new HttpAccess({ host: '127.0.0.1', token: undefined }, 80)
  for (const host of ['127.0.0.1:80', 'localhost:80', '[::1]:80', 'LOCALHOST'])
    expect(access.refusal(headers({ host }))).toBeUndefined()
  for (const host of ['evil.example', '127.0.0.1.evil.example', ''])
    expect(access.refusal(headers({ host }))).toBe('host')
  expect(access.cookieFor('')).toBeUndefined()
})

test('with a token only the token, or the cookie that was given for it, lets in', () => {
  const access = new HttpAccess({ host: '0.0.0.0', token: TOKEN }, 80)
  expect(access.cookieFor(`${TOKEN}x`)).toBeUndefined()
  const cookie = String(access.cookieFor(TOKEN)).split(';')[0]!
  expect(access.refusal(headers({ cookie: `other=1; ${cookie}` }))).toBeUndefined()
  expect(access.refusal(headers({ authorization: `Bearer ${TOKEN}` }))).toBeUndefined()
  const [name, value] = cookie.split('=')
  for (const wrong of [
    undefined,
    '',
    cookie.slice(0, -1),
    `${cookie}x`,
    `x${cookie}`,
    `${name!}=`,
    `${name!}=${TOKEN}`,
  ])
    expect(access.refusal(headers(wrong === undefined ? {} : { cookie: wrong }))).toBe('token')
  expect(access.refusal(headers({ authorization: `Bearer ${value!}` }))).toBe('token')
})

test('the cookie of another service on this host, or of another token, does not', () => {
  const access = new HttpAccess({ host: '127.0.0.1', token: TOKEN }, 80)
  for (const [token, port] of [
    [TOKEN, 81],
    [`${TOKEN}2`, 80],
  ] as const) {
    const cookie = String(new HttpAccess({ host: '127.0.0.1', token }, port).cookieFor(token)).split(';')[0]!
    expect(access.refusal(headers({ cookie }))).toBe('token')
  }
})

test.each([
  [undefined, '127.0.0.1:80', false],
  ['http://127.0.0.1:80', '127.0.0.1', false],
  ['http://127.0.0.1:9464', '127.0.0.1:9464', false],
  ['https://qtx.example', 'QTX.example', false],
  ['http://127.0.0.1:9465', '127.0.0.1:9464', true],
  ['http://localhost:9464', '127.0.0.1:9464', true],
  ['null', '127.0.0.1:9464', true],
  ['', '127.0.0.1:9464', true],
  ['file://', '', true],
  ['http://evil.example', undefined, true],
])('a page of %s that connects to %s: is foreign %s', (origin, host, isForeign) => {
  const access = new HttpAccess({ host: '127.0.0.1', token: undefined }, 80)
  const given = headers({ ...(origin !== undefined && { origin }), ...(host !== undefined && { host }) })
  expect(access.isForeign(given)).toBe(isForeign)
})
