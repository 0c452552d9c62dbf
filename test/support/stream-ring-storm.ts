/**
 * Writes stream rings in bursts, whether anybody reads or not, until its input ends: `stream-ring-storm.ts MESSAGES
 * LEVELS`. Every field of a message follows from its number, so that a torn one shows. Every fourth is a depth message
 * of twenty levels. Between bursts it rests, so that a reader on the same processor sees more than laps.
 */
import { SharedMemory } from '../../src/posix/shared-memory.ts'

const SLOTS = 100_000
const LEVELS = 20
const BURST = 10_000
const REST_MS = 5

const [messagesName, levelsName] = process.argv.slice(2) as [string, string]
const messages = SharedMemory.open(messagesName, 5_600_016).buffer
const levels = SharedMemory.open(levelsName, 1_600_016).buffer
const words = new Int32Array(messages)
const levelWords = new Int32Array(levels)
const numbers = new Float64Array(messages)
const levelNumbers = new Float64Array(levels)

let sequence = 0
let slot = 0
let level = 0
let isOver = false
process.stdin.on('end', () => (isOver = true)).resume()

function writeOne(): void {
  sequence++
  const word = 4 + slot * 14
  const isDepth = sequence % 4 === 0
  words[word] = isDepth ? 2 : 1
  words[word + 1] = 9
  for (let field = 2; field < 10; field += 2) {
    words[word + field] = sequence
    words[word + field + 1] = 0
  }
  if (isDepth) {
    words[word + 10] = level
    words[word + 11] = LEVELS
    words[word + 12] = 0
    words[word + 13] = 0
    for (let i = 0; i < LEVELS; i++) {
      levelNumbers[2 + 2 * level] = sequence
      levelNumbers[3 + 2 * level] = i
      level = level + 1 === SLOTS ? 0 : level + 1
    }
    Atomics.store(levelWords, 2, level)
  } else {
    numbers[word / 2 + 5] = sequence
    numbers[word / 2 + 6] = sequence
  }
  slot = slot + 1 === SLOTS ? 0 : slot + 1
  Atomics.store(words, 2, slot)
}

function turn(): void {
  for (let i = 0; i < BURST; i++) writeOne()
  if (!isOver) setTimeout(turn, REST_MS)
}
turn()
