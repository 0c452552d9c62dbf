import { nearestName } from './nearest-name.ts'
import { number, text, type ObjectSentences } from './schema.ts'

/** A day. Timers of more than 24 days would fire at once. */
const MAX_DURATION_MS = 86_400_000

const SHARED_MEMORY_NAME = /^\/[\w.-]{1,250}$/

/** An option that may be left out: a time in milliseconds, above zero and a day at most. */
export const durationMs = (what: string) =>
  number(`Give ${what} in milliseconds, as a number.`)
    .check((given) => given > 0, `${what} must be above zero milliseconds.`)
    .check((given) => given <= MAX_DURATION_MS, `${what} is at most a day, ${MAX_DURATION_MS} milliseconds.`)
    .optional()

/** The name of shared memory, as the system takes it. @param example for the sentence about a wrong one. */
export const sharedMemoryName = (help: string, example: string) =>
  text(help).check(
    (given) => SHARED_MEMORY_NAME.test(given),
    `A shared memory name is a slash and letters, digits, _ . -, such as ${example}.`,
  )

/**
 * What an object says of options that there are not.
 * @param known the options that there are; asked for only when they are told.
 */
export function onlyOptions(known: () => readonly string[]): ObjectSentences {
  return {
    noObject: () => `Give the options as an object with ${known().slice(0, 4).join(', ')} and so on.`,
    unknown: (names) => {
      const meant = [...new Set(names.map((name) => nearestName(name, known())))].filter(
        (name) => name !== undefined,
      )
      const hint = meant.length === 0 ? '; the' : `; did you mean ${meant.join(', ')}? The`
      return `Unknown option ${names.join(', ')}${hint} options are ${known().join(', ')}.`
    },
  }
}
