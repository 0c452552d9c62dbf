import { createInterface } from 'node:readline/promises'
import { QtxError } from '../../errors.ts'

/** The two ends of a conversation. */
export interface Conversation {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean }
}

/** Whether there is somebody to ask. */
export function canAsk({ input, output }: Conversation): boolean {
  return input.isTTY === true && output.isTTY === true
}

/** Asks a question; only a clear yes is one. @throws QtxError `QTX_STATE_INVALID` when the signal aborts. */
export async function confirm(
  question: string,
  { input, output }: Conversation,
  signal: AbortSignal,
): Promise<boolean> {
  const lines = createInterface({ input, output, terminal: false })
  // The end of the input is no answer.
  const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')))
  try {
    const answer = await Promise.race([lines.question(`${question} [y/N] `, { signal }), ended])
    return /^\s*y(es)?\s*$/i.test(answer)
  } catch (error) {
    throw new QtxError('QTX_STATE_INVALID', 'it was interrupted before it was agreed to; nothing was sent', {
      cause: error,
      remedy: 'give the command again',
    })
  } finally {
    lines.close()
  }
}
