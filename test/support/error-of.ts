import { expect } from 'vitest'
import { QtxError } from '../../src/errors.ts'

/** The connector's error that the work ends with. */
export async function errorOf(work: Promise<unknown>): Promise<QtxError> {
  const error = await failureOf(work)
  expect(error).toBeInstanceOf(QtxError)
  return error as QtxError
}

/** Whatever error the work ends with. */
export async function failureOf(work: Promise<unknown>): Promise<Error> {
  try {
    await work
  } catch (error) {
    return error as Error
  }
  throw new Error('the call was expected to fail')
}
