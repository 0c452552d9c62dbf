import { QtxError } from '../../src/errors.ts'

/** The connector's error that the work ends with. */
export async function errorOf(work: Promise<unknown>): Promise<QtxError> {
  const error = await failureOf(work)
  if (error instanceof QtxError) return error
  throw new Error('the error was none of the connector', { cause: error })
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
