import { EXCHANGE_BACKENDS, type ExchangeBackend } from '../../src/wire/symbol-names.ts'

/** The exchange's own connector by itself, or the QTX connector that extends it. */
export type SubjectKind = 'parent' | 'qtx'

/** One connector that the contract is held against. */
export interface Subject {
  readonly backend: ExchangeBackend
  readonly kind: SubjectKind
}

/** Exchanges whose connector does not pass yet. */
export const UNFINISHED: ReadonlySet<ExchangeBackend> = new Set<ExchangeBackend>(['bybit', 'kucoin'])

/** Every connector of that kind. */
export function subjectsOf(kind: SubjectKind): readonly Subject[] {
  return EXCHANGE_BACKENDS.filter((backend) => !UNFINISHED.has(backend)).map((backend) => ({ backend, kind }))
}
