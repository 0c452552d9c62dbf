import { mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Processes, type LineProcess } from '/work/main/bench/line-process.ts'
import { compilePeers } from '/work/main/bench/peers.ts'
import { makeDatagrams, packDatagrams } from '/work/main/bench/datagrams.ts'
const [runsArg, fillArg, ...names] = process.argv.slice(2)
const processes = new Processes()
const folder = await mkdtemp('/tmp/ab-')
const peers = (await compilePeers(folder))!
const file = join(folder, 'ticker'); await writeFile(file, packDatagrams(makeDatagrams('ticker')))
const prof = process.env['PROF']
const VAR: Record<string, (port: number) => LineProcess> = {
  cfrom: (p) => processes.start('r', peers.path('receiver'), ['recvfrom', String(p)]),
  cmmsg: (p) => processes.start('r', peers.path('receiver'), ['recvmmsg', String(p)]),
  c65664: (p) => processes.start('r', '/tmp/rc-65664', ['recvmmsg', String(p)]),
  c2048: (p) => processes.start('r', '/tmp/rc-2048', ['recvmmsg', String(p)]),
  cnoname: (p) => processes.start('r', '/tmp/rc-noname', ['recvmmsg', String(p)]),
  before: (p) => processes.start('r', process.execPath, ['--import', 'tsx', '/tmp/qtx-before/bench/processes/feed-receiver.ts', 'recvmmsg', 'route', String(p)]),
  after: (p) => processes.start('r', process.execPath, [...(prof ? ['--cpu-prof', '--cpu-prof-dir=/tmp/prof', '--cpu-prof-interval=200'] : []), '--import', 'tsx', '/work/main/bench/processes/feed-receiver.ts', 'recvmmsg', 'route', String(p)]),
}
const links: { name: string; s: LineProcess; r: LineProcess; cpu: number[] }[] = []
for (const name of names) {
  const s = processes.start('s', peers.path('sender'), [])
  const { port } = (await s.read()) as { port: number }
  const r = VAR[name]!(port)
  await Promise.all([s.ask('accept'), r.read()])
  await s.ask(`load ${file}`)
  links.push({ name, s, r, cpu: [] })
}
const one = async (l: (typeof links)[number], n: number) => { await l.s.ask(`burst ${n}`); return (await l.r.ask(`drain ${n} 400 0`)) as { received: number; cpuUs: number } }
for (const l of links) for (let i = 0; i < 20; i++) await one(l, 500)
for (let run = 0; run < Number(runsArg); run++) for (const l of links) {
  let got = 0, us = 0
  for (let f = 0; f < Number(fillArg); f++) { const d = await one(l, 8000); got += d.received; us += d.cpuUs }
  l.cpu.push(us / got)
}
const med = (a: number[]) => [...a].sort((x, y) => x - y)[a.length >> 1]!
const base = med(links[0]!.cpu)
for (const l of links) console.log(l.name.padEnd(8), med(l.cpu).toFixed(3), `[${Math.min(...l.cpu).toFixed(3)}-${Math.max(...l.cpu).toFixed(3)}]`, (med(l.cpu) / base).toFixed(2))
await processes.endAll()
