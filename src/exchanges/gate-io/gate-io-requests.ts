import { QtxError } from '../../errors.ts'
import type { CcxtConnection } from '../ccxt-connection.ts'
import { asList, asRecord, asText, type UntrustedRecord } from '../untrusted-fields.ts'
import { unreadable } from '../unreadable.ts'
import { SETTLE, type GateIoExchange } from './gate-io-endpoints.ts'

const PAGE_LENGTH = 100
const MOST_PAGES = 100

/** Which rows of a list a request asks for. */
export interface Paging {
  readonly limit: number
  readonly offset: number
}

/** Gate.io's own reading requests, made through ccxt. @throws QtxError, each of them. */
export class GateIoRequests {
  readonly #connection: CcxtConnection

  constructor(connection: CcxtConnection) {
    this.#connection = connection
  }

  /** `what` names the request in errors. */
  ask(
    what: string,
    call: (exchange: GateIoExchange) => Promise<unknown>,
    signal: AbortSignal,
  ): Promise<unknown> {
    return this.#connection.read(what, (exchange) => call(exchange as GateIoExchange), signal)
  }

  /** Every row of a list, or those up to the page that is enough. */
  async pages(
    what: string,
    signal: AbortSignal,
    call: (exchange: GateIoExchange, paging: Paging) => Promise<unknown>,
    isEnough: (page: readonly unknown[]) => boolean = () => false,
  ): Promise<readonly unknown[]> {
    const rows: unknown[] = []
    for (let page = 0; page < MOST_PAGES; page++) {
      const paging = { limit: PAGE_LENGTH, offset: page * PAGE_LENGTH }
      const answer = await this.ask(what, (exchange) => call(exchange, paging), signal)
      if (!Array.isArray(answer)) throw unreadable(`the answer to ${what}`)
      const list = asList(answer)
      rows.push(...list)
      const isLast = isEnough(list) || list.length < PAGE_LENGTH
      if (isLast) return rows
    }
    throw new QtxError('QTX_EXCHANGE_ANSWER', `${what} did not end after ${MOST_PAGES} pages`)
  }

  /** The futures account. A unified one is refused: its money is elsewhere. */
  async account(what: string, signal: AbortSignal): Promise<UntrustedRecord> {
    const answer = await this.ask(
      what,
      (exchange) => exchange.privateFuturesGetSettleAccounts(SETTLE),
      signal,
    )
    const account = asRecord(answer)
    if (!account) throw unreadable('the account')
    const marginMode = asText(account['margin_mode']) ?? '0'
    if (marginMode === '0') return account
    const name = asText(account['margin_mode_name']) ?? marginMode
    throw new QtxError(
      'QTX_CONFIG_INVALID',
      `the account is a unified one (${name}), which is not supported`,
      {
        details: { marginMode: name },
        remedy: 'use keys of an account, or of a sub-account, in classic mode',
      },
    )
  }

  /** A contract's position, open or not. */
  async position(what: string, contract: string, signal: AbortSignal): Promise<UntrustedRecord> {
    const answer = await this.ask(
      what,
      (exchange) => exchange.privateFuturesGetSettlePositionsContract({ ...SETTLE, contract }),
      signal,
    )
    const position = asRecord(answer)
    if (!position) throw unreadable('a position')
    return position
  }
}
