import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { chartsOf } from './charts/charts.ts'
import type { JudgedGoal } from './goals.ts'
import { isCurve } from './measured.ts'
import type { SectionResult } from './results.ts'
import { summariseRows } from './table.ts'

/** Writes a section's figures, with every sample, and its charts. */
export async function writeSection(folder: string, result: SectionResult): Promise<void> {
  await mkdir(folder, { recursive: true })
  const measured = result.measured.map((each) => ({
    ...each,
    ...(!isCurve(each) && { summary: summariseRows(each) }),
  }))
  await writeJson(join(folder, `${result.section}.json`), { ...result, measured })
  for (const { file, svg } of chartsOf(result.section, result.measured)) {
    await writeFile(join(folder, file), svg)
  }
}

/** Writes what became of the goals. */
export async function writeGoals(folder: string, goals: readonly JudgedGoal[]): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeJson(join(folder, 'goals.json'), { date: new Date().toISOString(), goals })
}

async function writeJson(file: string, value: object): Promise<void> {
  await writeFile(file, `${JSON.stringify(value, null, 2)}\n`)
}
