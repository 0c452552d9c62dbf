import { EXIT_CODES_HELP } from '../src/cli/exit-codes.ts'
import { createProgram } from '../src/cli/program.ts'
import { qtxConnectorConfig } from '../src/config/connector-config.ts'
import type { OptionSchema } from '../src/config/schema.ts'
import { ERRORS } from '../src/errors.ts'
import { capabilitiesPage } from './capabilities-page.ts'
import { commandsPage } from './commands-page.ts'
import { controlSocketPage, metricsPage } from './service-pages.ts'

/** A page of the reference that is made from the code; `npm run docs` writes it and a test holds it against the code. */
export interface ReferencePage {
  readonly path: string
  readonly text: string
}

const NOTE = '<!-- Made from the code by `npm run docs`. -->'

export function referencePages(): readonly ReferencePage[] {
  return [
    { path: 'docs/reference/errors.md', text: errorsPage() },
    { path: 'docs/reference/configuration.md', text: configurationPage() },
    { path: 'docs/reference/capabilities.md', text: capabilitiesPage(NOTE) },
    { path: 'docs/reference/metrics.md', text: metricsPage(NOTE) },
    { path: 'docs/reference/control-socket.md', text: controlSocketPage(NOTE) },
    { path: 'docs/reference/commands.md', text: commandsPage(createProgram(), NOTE, EXIT_CODES_HELP) },
  ]
}

const OUTCOMES = {
  none: 'Nothing was sent.',
  rejected: 'It was refused; it does not live.',
  unknown: '**It may be live.** It is looked up until it is known; never send it again by yourself.',
} as const

function errorsPage(): string {
  const rows = Object.entries(ERRORS).map(
    ([code, row]) =>
      `## \`${code}\`\n\n${row.meaning}\n\n- Order: ${OUTCOMES[row.outcome]}\n- What to do: ${row.remedy}.\n`,
  )
  return [
    '# Errors',
    '',
    NOTE,
    '',
    'Every error is a `QtxError`. Match on `code`, which is stable; `message` says what failed, the value, and the remedy; `outcome` says what happened to the order it belongs to.',
    '',
    ...rows,
  ].join('\n')
}

function configurationPage(): string {
  return [
    '# Configuration',
    '',
    NOTE,
    '',
    'The options of `createQtxConnector`, `createQtxConnectorClass` and `QtxPerpetualDerivative.create`. Unknown options are refused.',
    '',
    '| option | type | needed | default | meaning |',
    '| --- | --- | --- | --- | --- |',
    ...optionRows(qtxConnectorConfig.jsonSchema, ''),
    '',
  ].join('\n')
}

function optionRows(schema: OptionSchema, prefix: string): string[] {
  const required = new Set(schema.required ?? [])
  return Object.entries(schema.properties ?? {}).flatMap(([name, option]) => {
    const fallback = option.default === undefined ? '' : `\`${JSON.stringify(option.default)}\``
    const row = `| \`${prefix}${name}\` | ${typeOf(option)} | ${required.has(name) ? 'yes' : 'no'} | ${fallback} | ${option.description ?? ''} |`
    return [row, ...optionRows(option, `${prefix}${name}.`)]
  })
}

function typeOf(option: OptionSchema): string {
  if (option.enum) return option.enum.map((value) => `\`${value}\``).join(' or ')
  if (option.anyOf) return option.anyOf.map(typeOf).join(' or ')
  if (option.type === 'array') return `list of ${option.items ? typeOf(option.items) : 'values'}`
  return option.type ?? 'value'
}
