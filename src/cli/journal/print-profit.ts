import type { Decimal } from '../../common/decimal.ts'
import type { ProfitAndLoss, ProfitAndLossQuery } from '../../journal/history.ts'
import { printJson, printLine } from '../output.ts'
import { openJournal } from './open-journal.ts'

/** Prints one block for each pair that was traded. */
export async function printProfit(file: string, query: ProfitAndLossQuery, json: boolean): Promise<void> {
  const journal = await openJournal(file)
  try {
    const profits = await journal.profitAndLoss(query)
    if (json) printJson({ pairs: profits.map(toPlain) })
    else if (profits.length === 0) printLine('nothing was traded')
    else for (const profit of profits) for (const line of linesOf(profit)) printLine(line)
  } finally {
    await journal.close()
  }
}

function linesOf(profit: ProfitAndLoss): readonly string[] {
  const { pair, fills, boughtAmount, soldAmount, averageBuyPrice, averageSellPrice } = profit
  const at = (price: Decimal | undefined) => (price === undefined ? '' : ` at ${price.toString()} on average`)
  return [
    `${pair}  ${fills} fills, ${profit.volumeQuote.toString()} traded`,
    `  bought    ${boughtAmount.toString()}${at(averageBuyPrice)}`,
    `  sold      ${soldAmount.toString()}${at(averageSellPrice)}`,
    `  position  ${profit.position.toString()}${at(profit.entryPrice)}`,
    `  realised  ${profit.realizedPnl.toString()}`,
    `  fees      ${amounts(profit.fees)}`,
    `  funding   ${amounts(profit.funding)}`,
    `  net       ${amounts(profit.netPnl)}`,
  ]
}

function amounts(byAsset: ReadonlyMap<string, Decimal>): string {
  return byAsset.size === 0
    ? '0'
    : [...byAsset].map(([asset, amount]) => `${amount.toString()} ${asset}`).join(', ')
}

function toPlain(profit: ProfitAndLoss): object {
  return { ...profit, fees: plain(profit.fees), funding: plain(profit.funding), netPnl: plain(profit.netPnl) }
}

function plain(byAsset: ReadonlyMap<string, Decimal>): Readonly<Record<string, string>> {
  return Object.fromEntries([...byAsset].map(([asset, amount]) => [asset, amount.toString()]))
}
