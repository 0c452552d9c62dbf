import { once } from 'node:events'
import type { ExportQuery } from '../../journal/history.ts'
import { openJournal } from './open-journal.ts'

/** Writes the rows to standard output, as fast as they are taken. */
export async function printHistory(file: string, query: ExportQuery): Promise<void> {
  const journal = await openJournal(file)
  try {
    for await (const line of journal.export(query)) {
      if (!process.stdout.write(line)) await once(process.stdout, 'drain')
    }
  } finally {
    await journal.close()
  }
}
