import { z } from 'zod'
import { METRICS } from '../src/service/metric-table.ts'
import { SERVICE_METHODS, SERVICE_STREAMS } from '../src/service/service-methods.ts'

/** The page about the metrics, from the table that they are read by. */
export function metricsPage(note: string): string {
  return [
    '# Metrics',
    '',
    note,
    '',
    '`qtx start` serves them at `/metrics`, in Prometheus’s text form, read from the statistics at the moment that they are asked for; nothing is counted for them on a hot path. See [running as a service](../guides/running-as-a-service.md). What cannot be said at the moment, such as the age of a stream that has not spoken yet, is left out.',
    '',
    '| metric | type | labels | meaning |',
    '| --- | --- | --- | --- |',
    ...METRICS.map(
      ({ name, type, labels, help }) =>
        `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`,
    ),
    '',
  ].join('\n')
}

/** The page about the control socket, from the table of its methods. */
export function controlSocketPage(note: string): string {
  return [
    '# Control socket',
    '',
    note,
    '',
    'What `qtx status`, `qtx buy` and the others ask a [running service](../guides/running-as-a-service.md). It is a Unix domain socket that only its owner can open. A request is one line of JSON with an `id` of the client’s choice, and its answer is one line with the same `id`:',
    '',
    '```',
    '{"id": 1, "method": "leverage", "params": {"pair": "BTC-USDT"}}',
    '{"id":1,"result":{"pair":"BTC-USDT","leverage":20}}',
    '```',
    '',
    'What cannot be done is answered with `error`: its `code` and `remedy` are those of the [errors](errors.md), and `outcome` is `unknown` where an order may be live. An `id` of null answers what could not be read. A request has at most 64 KiB.',
    '',
    '## Methods',
    '',
    '| method | parameters | meaning |',
    '| --- | --- | --- |',
    ...Object.entries(SERVICE_METHODS).map(
      ([name, { summary, params }]) => `| \`${name}\` | ${parametersOf(params)} | ${sentence(summary)} |`,
    ),
    '',
    '## Streams',
    '',
    'Each sends lines with `item` until the client sends the method `unsubscribe` with the same `id`, or closes the connection. They are sampled: whoever reads slowly is told the newest once it has read what came before.',
    '',
    '| stream | parameters | every | meaning |',
    '| --- | --- | --- | --- |',
    ...Object.entries(SERVICE_STREAMS).map(
      ([name, { summary, params, everyMs }]) =>
        `| \`${name}\` | ${parametersOf(params)} | ${everyMs} ms | ${sentence(summary)} |`,
    ),
    '',
  ].join('\n')
}

interface ParameterSchema {
  readonly type?: string
  readonly enum?: readonly string[]
  readonly default?: unknown
}

function parametersOf(schema: z.ZodType): string {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' }) as {
    readonly properties?: Readonly<Record<string, ParameterSchema>>
    readonly required?: readonly string[]
  }
  return Object.entries(properties)
    .map(([name, parameter]) => {
      const kind = parameter.enum ? parameter.enum.join(' or ') : (parameter.type ?? 'value')
      const fallback =
        parameter.default === undefined ? '' : `, ${JSON.stringify(parameter.default)} by default`
      return `\`${name}\`${required.includes(name) ? '' : '?'} (${kind}${fallback})`
    })
    .join(', ')
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
