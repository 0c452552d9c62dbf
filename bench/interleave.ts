/** Something that is measured once a run. */
export interface Variant {
  readonly name: string
  readonly measure: () => Promise<number>
}

/** Measures each in turn, run after run: what disturbs the machine meanwhile disturbs all of them. */
export async function interleave(
  variants: readonly Variant[],
  runs: number,
): Promise<{ name: string; samples: number[] }[]> {
  const rows = variants.map(({ name }) => ({ name, samples: [] as number[] }))
  for (let run = 0; run < runs; run++) {
    for (const [i, variant] of variants.entries()) rows[i]!.samples.push(await variant.measure())
  }
  return rows
}
