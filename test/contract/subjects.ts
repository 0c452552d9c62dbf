import { EXCHANGE_BACKENDS, type ExchangeBackend } from '../../src/wire/symbol-names.ts'

/** One connector that the contract is held against. */
export interface Subject {
  readonly backend: ExchangeBackend
  /** The exchange's own connector by itself, or the QTX connector that extends it. */
  readonly kind: 'parent' | 'qtx'
}

/** The connectors of every exchange of that kind. */
export function subjectsOf(kind: Subject['kind']): readonly Subject[] {
  return EXCHANGE_BACKENDS.map((backend) => ({ backend, kind }))
}
