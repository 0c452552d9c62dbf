import { createHmac } from 'node:crypto'
import { isIP } from 'node:net'
import { QtxError } from '../errors.ts'
import { hasBearerToken, isSameSecret } from './bearer-token.ts'

/** Who may ask what is served over HTTP. */
export interface HttpAccessOptions {
  /** The address that is listened at. */
  readonly host: string
  readonly token: string | undefined
}

/** A request's header by its name in lower case. */
export type HeaderOf = (name: 'authorization' | 'cookie' | 'host' | 'origin') => string | undefined

const SHORTEST_TOKEN = 16
const LOOPBACK_HOSTS = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i
/** What the cookie says depends on the token, and does not tell it. */
const COOKIE_PURPOSE = 'qtx-connector page'

/**
 * With a token, requests need it: as a bearer token, or as the cookie that a browser is given for it. Without one, only
 * loopback is listened at, and the name that a request calls it by must be loopback's.
 */
export class HttpAccess {
  readonly #host: string
  readonly #token: string | undefined
  readonly #cookie: { readonly name: string; readonly value: string } | undefined

  /**
   * @param port part of the cookie's name: browsers do not tell ports apart.
   * @throws QtxError `QTX_CONFIG_INVALID` for another address than loopback without a token, or one that is short.
   */
  constructor({ host, token }: HttpAccessOptions, port: number) {
    assertAllowed(host, token)
    this.#host = host
    this.#token = token
    if (token !== undefined) {
      const value = createHmac('sha256', token).update(COOKIE_PURPOSE).digest('base64url')
      this.#cookie = { name: `qtx_page_${port}`, value }
    }
  }

  /** Why a request is not let in; undefined: it is. */
  refusal(header: HeaderOf): 'token' | 'host' | undefined {
    if (this.#token !== undefined) {
      if (hasBearerToken(header('authorization'), this.#token)) return undefined
      return this.#hasCookie(header('cookie')) ? undefined : 'token'
    }
    // A page of another origin must not read this through a name that leads here.
    if (isLoopback(this.#host) && !LOOPBACK_HOSTS.test(header('host') ?? '')) return 'host'
    return undefined
  }

  /** Whether a page of another origin asks for a connection; what is no browser does not say where it is from. */
  isForeign(header: HeaderOf): boolean {
    const origin = header('origin')
    if (origin === undefined) return false
    try {
      const { protocol, host } = new URL(origin)
      return !['http:', 'https:'].includes(protocol) || host !== header('host')?.toLowerCase()
    } catch {
      return true
    }
  }

  /** The `Set-Cookie` header for somebody who knows the token; undefined for anybody else. */
  cookieFor(token: string): string | undefined {
    if (this.#token === undefined || this.#cookie === undefined || !isSameSecret(token, this.#token))
      return undefined
    return `${this.#cookie.name}=${this.#cookie.value}; Path=/; HttpOnly; SameSite=Strict`
  }

  #hasCookie(header: string | undefined): boolean {
    if (this.#cookie === undefined) return false
    const { name, value } = this.#cookie
    for (const part of (header ?? '').split(';')) {
      const [given = '', ...rest] = part.trim().split('=')
      if (given === name && isSameSecret(rest.join('='), value)) return true
    }
    return false
  }
}

function assertAllowed(host: string, token: string | undefined): void {
  if (token !== undefined && token.length < SHORTEST_TOKEN) {
    throw new QtxError('QTX_CONFIG_INVALID', `the HTTP token has fewer than ${SHORTEST_TOKEN} characters`, {
      remedy: 'make one with: openssl rand -hex 24',
    })
  }
  if (isLoopback(host) || token !== undefined) return
  throw new QtxError('QTX_CONFIG_INVALID', `${host} can be reached by others, and there is no token`, {
    remedy: 'use 127.0.0.1, or set QTX_HTTP_TOKEN',
  })
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}
