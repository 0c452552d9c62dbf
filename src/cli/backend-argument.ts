import { InvalidArgumentError } from 'commander'
import { EXCHANGE_BACKENDS, type ExchangeBackend } from '../wire/symbol-names.ts'

/** For help texts. */
export const BACKEND_NAMES = EXCHANGE_BACKENDS.join(', ')

/** Reads an exchange's name. @throws InvalidArgumentError naming those that there are. */
export function parseBackend(text: string): ExchangeBackend {
  const backend = EXCHANGE_BACKENDS.find((each) => each === text.toLowerCase())
  if (backend) return backend
  throw new InvalidArgumentError(`expected one of ${EXCHANGE_BACKENDS.join(', ')}.`)
}
