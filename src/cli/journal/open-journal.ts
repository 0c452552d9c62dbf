import { existsSync } from 'node:fs'
import { SystemClock } from '../../common/clock.ts'
import { silentLogger } from '../../common/log.ts'
import { loadConnectorConfig } from '../../config/load-config.ts'
import { journalAccount } from '../../connector/journal-keeper.ts'
import { QtxError } from '../../errors.ts'
import { Journal } from '../../journal/journal.ts'
import { createQtxConnector } from '../../qtx/qtx-perpetual-derivative.ts'

/**
 * The journal of the connector that a configuration file describes. Close it.
 * @throws QtxError `QTX_CONFIG_INVALID` where the file has no journal, or its folder is not there; `QTX_JOURNAL_BUSY`
 * while a connector records into it.
 */
export async function openJournal(file: string): Promise<Journal> {
  const config = await loadConnectorConfig(file)
  const { journal, exchangeApiKey } = config
  if (!journal || exchangeApiKey === undefined) {
    throw new QtxError('QTX_CONFIG_INVALID', `${file} has no journal`, {
      remedy: 'add journal: { folder: … } and the keys that it was made with',
    })
  }
  if (!existsSync(journal.folder)) {
    throw new QtxError('QTX_CONFIG_INVALID', `there is no journal in ${journal.folder}`, {
      remedy:
        'correct journal.folder, which is relative to where the program runs, or start the connector once',
    })
  }
  const { name } = await createQtxConnector(config, { logger: silentLogger })
  return Journal.open({
    folder: journal.folder,
    account: journalAccount(name, exchangeApiKey),
    clock: new SystemClock(),
    logger: silentLogger,
  })
}
