import { chromium } from 'playwright-core'
const [, , name = 'dark', scheme = 'dark', w = '1280', h = '800', full = ''] = process.argv
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
const p = await (
  await b.newContext({ viewport: { width: +w, height: +h }, colorScheme: scheme as 'dark' })
).newPage()
p.on('console', (m) => console.log('console', m.type(), m.text()))
p.on('pageerror', (e) => console.log('error', e.stack))
await p.goto('http://127.0.0.1:4599/')
await p.waitForTimeout(2500)
console.log(await p.evaluate('[document.documentElement.scrollWidth, innerWidth]'))
await p.screenshot({ path: `/tmp/pagedev/${name}.png`, fullPage: full === 'full' })
await b.close()
