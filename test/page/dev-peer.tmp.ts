import { createServer } from 'node:http'
import { readFileSync, existsSync } from 'node:fs'
import { extname, join } from 'node:path'
import { WebSocketServer } from 'ws'
const web = '/tmp/pagedev/web'
const pairs = ['BTC-USDT', 'ETH-USDT', 'SOL-USDT', 'XRP-USDT']
const base: Record<string, number> = {
  'BTC-USDT': 67012.1,
  'ETH-USDT': 3401.22,
  'SOL-USDT': 168.3,
  'XRP-USDT': 0.5234,
}
const dec: Record<string, number> = { 'BTC-USDT': 1, 'ETH-USDT': 2, 'SOL-USDT': 2, 'XRP-USDT': 4 }
const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}
const server = createServer((req, res) => {
  const path = join(web, req.url === '/' ? 'index.html' : (req.url ?? '').split('?')[0]!)
  if (!existsSync(path)) return res.writeHead(404).end()
  res.writeHead(200, {
    'content-type': types[extname(path)] ?? '',
    'content-security-policy':
      "default-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'",
  })
  res.end(readFileSync(path))
})
const wss = new WebSocketServer({ server, path: '/page/socket' })
const N = 400
const startedMs = Date.now() - 5e6
const rnd = Math.random
const lat = (m: number) => ({ p50: m * (1 + rnd() * 0.2), p90: m * (2 + rnd()), p99: m * (6 + 4 * rnd()) })
const walk = (p: string) => {
  let v = base[p]!
  return Array.from({ length: N }, () => (v *= 1 + (rnd() - 0.5) * 1e-4))
}
wss.on('connection', (ws) => {
  let selected = pairs[0]!
  const now = Date.now()
  const mids: Record<string, number[]> = Object.fromEntries(pairs.map((p) => [p, walk(p)]))
  const h = (m: number) => {
    const l = Array.from({ length: N }, () => lat(m))
    return { p50: l.map((x) => x.p50), p90: l.map((x) => x.p90), p99: l.map((x) => x.p99) }
  }
  const btc = mids['BTC-USDT']!
  ws.send(
    JSON.stringify({
      kind: 'hello',
      name: 'qtx_binance_perpetual',
      exchange: 'binance',
      version: '0.1.0',
      startedMs,
      canControl: process.argv[2] === 'control',
      pairs: pairs.map((pair) => ({ pair, priceDecimals: dec[pair], amountDecimals: 3 })),
      fills: [
        {
          timeMs: now - 200e3,
          pair: 'BTC-USDT',
          side: 'buy',
          price: btc[200]!.toFixed(1),
          amount: '0.015',
          fee: '0.402 USDT',
          clientOrderId: 'x-HBOT001',
        },
        {
          timeMs: now - 90e3,
          pair: 'BTC-USDT',
          side: 'sell',
          price: btc[310]!.toFixed(1),
          amount: '0.010',
          fee: '0.202 USDT',
          clientOrderId: 'x-HBOT002',
        },
      ],
      log: Array.from({ length: 40 }, (_, i) => ({
        timeMs: now - (40 - i) * 1e3,
        level: i % 9 === 8 ? 'warn' : i % 17 === 16 ? 'error' : i % 5 === 0 ? 'debug' : 'info',
        text: `Subscribed to QTX UDP: binance-futures:btcusdt → BTC-USDT, line ${i} of the log with some more words`,
      })),
      history: {
        timesMs: Array.from({ length: N }, (_, i) => Math.floor(now / 1e3) * 1e3 - (N - i) * 1e3),
        messagesPerSecond: Array.from({ length: N }, () => 4000 + rnd() * 900),
        midPrices: mids,
        latencies: { feedToBook: h(14), bookToStrategy: h(3), orderToAnswer: h(640) },
      },
    }),
  )
  ws.on('message', (d) => {
    const m = JSON.parse(String(d))
    if (m.kind === 'select') selected = m.pair
    else
      setTimeout(
        () =>
          ws.send(
            JSON.stringify({
              kind: 'reply',
              id: m.id,
              ok: m.action !== 'cancelAll',
              text: `${m.action} ${m.pair ?? ''} was done`,
            }),
          ),
        900,
      )
  })
  let n = 0
  const t = setInterval(() => {
    n++
    const ready = process.argv[3] !== 'notready'
    const state = (p: string) => {
      const mid = mids[p]!
      mid.push(mid.at(-1)! * (1 + (rnd() - 0.5) * 5e-5))
      const m = mid.at(-1)!
      const tick = 10 ** -dec[p]!
      const bid = Math.floor(m / tick) * tick
      return {
        pair: p,
        bookState: 'live',
        source: 'udp',
        feedState: 'active',
        bestBid: bid,
        bestBidSize: rnd() * 3,
        bestAsk: bid + tick,
        bestAskSize: rnd() * 3,
        lastTradePrice: bid,
        messages: 123456 + n * 400,
        gaps: p === 'SOL-USDT' ? 2 : 0,
        ageMs: rnd() * 20,
      }
    }
    const states = pairs.map(state)
    const s = states.find((x) => x.pair === selected)!
    const tick = 10 ** -dec[selected]!
    const levels = (from: number, d: number) =>
      Array.from({ length: 40 }, (_, i) => [from + d * tick * i * (1 + Math.floor(i / 5)), 0.1 + rnd() * 2])
    ws.send(
      JSON.stringify({
        kind: 'frame',
        nowMs: Date.now(),
        everyMs: 250,
        ready,
        networkStatus: 'connected',
        checks: {
          tradingRules: { ok: true, reason: '604 markets', remedy: '' },
          orderBooks: ready
            ? { ok: true, reason: '4 of 4 live', remedy: '' }
            : {
                ok: false,
                reason: 'SOL-USDT is settling, 1.2 of 5 s, bids 40, asks 0',
                remedy: 'wait; when it stays, see qtx doctor',
              },
          accountBalance: { ok: true, reason: 'read 1.1 s ago', remedy: '' },
          userStream: { ok: true, reason: 'connected, last event 12 s ago', remedy: '' },
          fundingInfo: { ok: true, reason: '4 of 4', remedy: '' },
          orderRoute: { ok: true, reason: 'shared memory, manager answers', remedy: '' },
        },
        pairs: states,
        selected: {
          pair: selected,
          bids: levels(s.bestBid, -1),
          asks: levels(s.bestAsk, 1),
          trades: Array.from({ length: 40 }, (_, i) => ({
            timeMs: Date.now() - i * 700,
            price: s.bestBid,
            size: rnd(),
            side: rnd() > 0.5 ? 'buy' : 'sell',
          })),
        },
        orders: [
          {
            clientOrderId: 'x-HBOT1748231160',
            exchangeOrderId: '1',
            pair: 'BTC-USDT',
            side: 'buy',
            type: 'limit',
            timeInForce: 'GTC',
            positionAction: 'open',
            amount: '0.015',
            price: (btc[N - 1]! * 0.9999).toFixed(1),
            executedAmount: '0',
            averagePrice: null,
            state: 'open',
            createdMs: now,
            reason: null,
          },
          {
            clientOrderId: 'x-HBOT1748231161',
            exchangeOrderId: '1',
            pair: 'BTC-USDT',
            side: 'sell',
            type: 'limit',
            timeInForce: 'GTC',
            positionAction: 'open',
            amount: '0.015',
            price: '70123.4',
            executedAmount: '0.005',
            averagePrice: null,
            state: 'partially_filled',
            createdMs: now,
            reason: null,
          },
        ],
        positions: [
          {
            pair: 'BTC-USDT',
            amount: '0.005',
            entryPrice: '67001.3',
            unrealizedProfit: (rnd() * 2 - 0.4).toFixed(8),
            leverage: 5,
          },
          { pair: 'ETH-USDT', amount: '-0.5', entryPrice: '3400', unrealizedProfit: '-0.61', leverage: 5 },
        ],
        balances: [
          { asset: 'USDT', total: '10012.34567', available: '9874.2' },
          { asset: 'BNB', total: '0.2', available: '0.2' },
        ],
        profit: [
          {
            pair: 'BTC-USDT',
            asset: 'USDT',
            realized: '1.23',
            unrealized: '0.51',
            fees: '-0.604',
            funding: '0.0012',
            net: '1.1372',
          },
          {
            pair: 'ETH-USDT',
            asset: 'USDT',
            realized: '0',
            unrealized: '-0.61',
            fees: '-0.2',
            funding: '0',
            net: '-0.81',
          },
        ],
        feed: {
          endpoint: '127.0.0.1:39131',
          state: 'connected',
          receiver: 'native batch',
          messages: 1234567 + n * 1000,
          messagesPerSecond: 4000 + rnd() * 1000,
          dropped: { malformed: 0, unknownSymbol: 3, stale: 12, duplicate: 0 },
          receiveBufferBytes: 8388608,
          queues: pairs.map((pair) => ({
            pair,
            waiting: Math.floor(rnd() * 300),
            capacity: 4096,
            dropped: 0,
          })),
        },
        ring: { state: 'attached', inFlight: 3, slots: 64, timeouts: 0, answered: 231 },
        latencies: Object.fromEntries(
          [
            ['feedToBook', 14],
            ['bookToStrategy', 3],
            ['orderToAnswer', 640],
          ].map(([k, m]) => [
            k,
            {
              samples: 5e4 + n * 100,
              ...lat(m as number),
              max: 9000,
              buckets: Array.from({ length: 24 }, (_, i) => ({
                fromUs: 2 ** (i / 1.5),
                count: Math.floor(5e4 * Math.exp(-((i - 1.5 * Math.log2(m as number)) ** 2) / 6)),
              })),
            },
          ]),
        ),
        circuits: { feed: 'closed', rest: 'closed', orderRing: 'closed', userStream: 'half-open' },
        orderRoute: 'shared memory',
        fills: [],
        log: n % 8 === 0 ? [{ timeMs: Date.now(), level: 'info', text: `tick ${n}` }] : [],
      }),
    )
  }, 250)
  ws.on('close', () => clearInterval(t))
})
server.listen(4599, '127.0.0.1')
