/**
 * Appends the records of the pattern to the journal of a folder, and says on standard output, as `done <sequence>`,
 * what is on record. `burst` never lets the event loop turn, `steady` lets the database follow, `closing` closes and
 * opens the journal again and again.
 */
import { writeSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { SystemClock } from '../../src/common/clock.ts'
import { silentLogger } from '../../src/common/log.ts'
import { Journal } from '../../src/journal/journal.ts'
import { PATTERN_ACCOUNT, PATTERN_SEGMENT_BYTES, patternRecord } from './journal-pattern.ts'

const [folder, mode] = process.argv.slice(2)
if (folder === undefined || mode === undefined) throw new Error('usage: journal-process FOLDER MODE')

const open = () =>
  Journal.open({
    folder,
    account: PATTERN_ACCOUNT,
    segmentBytes: PATTERN_SEGMENT_BYTES,
    clock: new SystemClock(),
    logger: silentLogger,
  })

let journal = await open()
let sequence = journal.recovered.lastSequence
writeSync(1, `opened ${sequence}\n`)
for (;;) {
  for (let i = 0; i < 25; i++) journal.append(patternRecord(++sequence))
  writeSync(1, `done ${sequence}\n`)
  if (mode === 'steady') await turn()
  if (mode === 'closing' && sequence % 500 === 0) {
    await journal.close()
    journal = await open()
    if (journal.recovered.lastSequence !== sequence)
      throw new Error(`opened at ${journal.recovered.lastSequence}`)
  }
}
