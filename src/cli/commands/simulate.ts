import { InvalidArgumentError, Option, type Command } from 'commander'
import type { Simulator } from '../../simulator/start-simulator.ts'
import type { SimulatorOptions, SimulatorSource } from '../../simulator/simulator-options.ts'
import type { ExchangeBackend } from '../../wire/symbol-names.ts'
import { BACKEND_NAMES, parseBackend } from '../backend-argument.ts'
import { parseDuration } from '../duration.ts'
import { Interruption } from '../interruption.ts'
import { printJson, printLine } from '../output.ts'

interface SimulateFlags {
  readonly backend: ExchangeBackend
  readonly host: string
  readonly feedPort: number
  readonly exchangePort: number
  readonly sharedMemory?: string
  readonly streamRings?: boolean | string
  readonly pairs: string[]
  readonly recording?: string
  readonly speed?: number | 'max'
  readonly rate?: number
  readonly seed?: number
  readonly faultLoss: number
  readonly faultDuplicates: number
  readonly faultReorder: number
  readonly faultGarbage: number
  readonly faultAnswerLoss: number
  readonly faultAnswerDelay: number
  readonly faultDataFirst: number
  readonly answerDelayMs: readonly [minMs: number, maxMs: number]
  readonly rejectRate: number
  readonly silenceRate: number
  readonly garbageAnswerRate: number
  readonly outOfOrderRate: number
  readonly duration?: number
  readonly json?: boolean
}

/** `qtx simulate`: QTX's feed and order manager and an exchange, simulated in one process until it is stopped. */
export function registerSimulate(program: Command): void {
  program
    .command('simulate')
    .description('run a simulated QTX server, order manager and exchange')
    .option('--backend <exchange>', `the exchange to simulate: ${BACKEND_NAMES}`, parseBackend, 'binance')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--feed-port <port>', 'UDP port of the feed, 0 for any', parsePort, 8080)
    .option('--exchange-port <port>', 'TCP port of the exchange, 0 for any', parsePort, 0)
    .option('--shared-memory <name>', 'name of the order ring, such as /place_order_x')
    .option(
      '--stream-rings [name]',
      'write market data to shared memory too, under this name and NAME_l2, such as /stream_lite',
    )
    .addOption(
      new Option('--pairs <pairs...>', 'pairs to simulate: BTC-USDT, ETH-USDT, SOL-USDT, DOGE-USDT').default(
        ['BTC-USDT', 'ETH-USDT'],
        'BTC-USDT ETH-USDT',
      ),
    )
    .option('--recording <file>', 'play a recorded Binance stream instead of the model')
    .option('--speed <factor>', 'of the recording: a factor, or max', parseSpeed)
    .option('--rate <messages>', 'messages per second of the model (default: 130 a pair)', parsePositive)
    .option('--seed <number>', 'repeat a simulation (default: another each time)', parseSeed)
    .option('--fault-loss <rate>', 'market data lost, 0 to 1', parseRate, 0)
    .option('--fault-duplicates <rate>', 'market data sent twice', parseRate, 0)
    .option('--fault-reorder <rate>', 'market data overtaken by later data', parseRate, 0)
    .option('--fault-garbage <rate>', 'garbage sent before market data', parseRate, 0)
    .option('--fault-answer-loss <rate>', 'subscription answers lost', parseRate, 0)
    .option('--fault-answer-delay <rate>', 'subscription answers sent 50 ms late', parseRate, 0)
    .option('--fault-data-first <rate>', 'market data sent before the answer', parseRate, 0)
    .addOption(
      new Option('--answer-delay-ms <ms>', 'order answers: a delay, or MIN-MAX')
        .argParser(parseDelay)
        .default([0, 0], '0'),
    )
    .option('--reject-rate <rate>', 'placements refused', parseRate, 0)
    .option('--silence-rate <rate>', 'orders executed but never answered', parseRate, 0)
    .option('--garbage-answer-rate <rate>', 'orders executed but answered unreadably', parseRate, 0)
    .option('--out-of-order-rate <rate>', 'answers given after a later one', parseRate, 0)
    .option('--duration <time>', 'stop after this long, such as 20s or 5m (default: never)', parseDuration)
    .option('--json', 'print one JSON object at the start and one at the end')
    .addHelpText('after', '\nEnds on Ctrl-C, with exit code 0.')
    .action(async (flags: SimulateFlags, command: Command) => {
      if (flags.speed !== undefined && flags.recording === undefined)
        command.error('--speed needs --recording')
      if (flags.rate !== undefined && flags.recording !== undefined)
        command.error('--rate is for the model only')
      // From before the start: a signal that comes while parts are being started must not leave any behind.
      using interruption = new Interruption()
      const end = (): void => {
        if (!interruption.signal.aborted) interruption.stop('quit')
      }
      const timer = flags.duration === undefined ? undefined : setTimeout(end, flags.duration)
      try {
        await simulateUntil(interruption.signal, toOptions(flags), flags.json ?? false)
      } finally {
        clearTimeout(timer)
      }
    })
}

async function simulateUntil(signal: AbortSignal, options: SimulatorOptions, json: boolean): Promise<void> {
  const { startSimulator } = await import('../../simulator/start-simulator.ts')
  const simulator = await startSimulator(options)
  // The name of a shared memory object outlives the process, however that ends.
  const removeRings = (): void => {
    simulator.orderManager.close()
    simulator.closeStreamRings()
  }
  process.once('exit', removeRings)
  try {
    printStart(simulator, options, json)
    await Promise.race([simulator.startSource().then(waitForEver), untilAborted(signal)])
    printEnd(simulator, json)
  } finally {
    await simulator.close()
    process.off('exit', removeRings)
  }
}

/** A recording that has ended leaves its books standing, to be traded on until the simulation is stopped. */
function waitForEver(): Promise<never> {
  return new Promise(() => undefined)
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

function printStart(simulator: Simulator, options: SimulatorOptions, json: boolean): void {
  const { feed, sharedMemoryName, streamRings, exchangeEndpoints, symbols, account } = simulator
  const seed = options.seed
  if (json) {
    printJson({ feed, sharedMemoryName, streamRings, exchangeEndpoints, symbols, account, seed })
    return
  }
  printLine(
    `feed ${feed.host}:${feed.port}  orders ${sharedMemoryName}  rest ${exchangeEndpoints.rest}  websocket ${exchangeEndpoints.websocket}`,
  )
  if (streamRings) printLine(`market data in shared memory ${streamRings.messages} ${streamRings.levels}`)
  printLine(`pairs ${Object.keys(symbols).join(' ')}  seed ${seed ?? 'default'}`)
  printLine(
    `demo key ${account.apiKey}  secret ${account.apiSecret}  passphrase ${account.passphrase ?? 'none'}  user id ${account.userId ?? 'none'}  (they open nothing but this simulator)`,
  )
}

function printEnd(simulator: Simulator, json: boolean): void {
  const statistics = simulator.statistics()
  if (json) {
    printJson({ statistics })
    return
  }
  const { feed, orders } = statistics
  printLine(
    `${statistics.marketEvents} market events, ${feed.marketDatagrams} datagrams, ${orders.placements} placements, ${orders.cancels} cancels`,
  )
}

function toOptions(flags: SimulateFlags): SimulatorOptions {
  const source: SimulatorSource =
    flags.recording === undefined
      ? { kind: 'model', messagesPerSecond: flags.rate }
      : { kind: 'recording', file: flags.recording, speed: flags.speed }
  return {
    exchange: flags.backend,
    host: flags.host,
    feedPort: flags.feedPort,
    exchangePort: flags.exchangePort,
    sharedMemoryName: flags.sharedMemory,
    streamRings: toStreamRings(flags.streamRings),
    pairs: flags.pairs,
    source,
    // Another run must have other instrument indices, as a restarted server has.
    seed: flags.seed ?? Math.floor(Math.random() * 0x1_0000_0000),
    faults: {
      lossRate: flags.faultLoss,
      duplicateRate: flags.faultDuplicates,
      reorderRate: flags.faultReorder,
      garbageRate: flags.faultGarbage,
      answerLossRate: flags.faultAnswerLoss,
      answerDelayRate: flags.faultAnswerDelay,
      dataBeforeAnswerRate: flags.faultDataFirst,
    },
    orderManager: {
      answerDelayMs: flags.answerDelayMs,
      rejectRate: flags.rejectRate,
      silenceRate: flags.silenceRate,
      garbageRate: flags.garbageAnswerRate,
      outOfOrderRate: flags.outOfOrderRate,
    },
  }
}

function toStreamRings(name: SimulateFlags['streamRings']): SimulatorOptions['streamRings'] {
  return typeof name === 'string' ? { messages: name, levels: `${name}_l2` } : name
}

function parseNumber(text: string, min: number, max: number, what: string): number {
  const value = text.trim() === '' ? NaN : Number(text)
  if (!(value >= min && value <= max)) throw new InvalidArgumentError(`expected ${what}.`)
  return value
}

function parsePort(text: string): number {
  const port = parseNumber(text, 0, 65_535, 'a port, 0 to 65535')
  if (!Number.isInteger(port)) throw new InvalidArgumentError('expected a whole number.')
  return port
}

function parseRate(text: string): number {
  return parseNumber(text, 0, 1, 'a rate from 0 to 1')
}

function parsePositive(text: string): number {
  return parseNumber(text, Number.MIN_VALUE, 1e7, 'a number above zero')
}

function parseSeed(text: string): number {
  const seed = parseNumber(text, 0, 0xffff_ffff, 'a whole number from 0 to 4294967295')
  if (!Number.isInteger(seed)) throw new InvalidArgumentError('expected a whole number.')
  return seed
}

function parseSpeed(text: string): number | 'max' {
  return text === 'max' ? 'max' : parseNumber(text, Number.MIN_VALUE, 1e6, 'a factor above zero, or max')
}

function parseDelay(text: string): readonly [minMs: number, maxMs: number] {
  const [min, max = min] = text.split('-')
  const minMs = parseNumber(min ?? '', 0, 3_600_000, 'milliseconds, or MIN-MAX')
  const maxMs = parseNumber(max ?? '', minMs, 3_600_000, 'milliseconds, or MIN-MAX')
  return [minMs, maxMs]
}
