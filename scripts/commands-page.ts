import type { Command, Option } from 'commander'

/** The page about the program's commands, from what the program itself says of them. */
export function commandsPage(program: Command, note: string, exitCodes: string): string {
  return [
    '# Commands',
    '',
    note,
    '',
    `\`${program.name()}\`, or \`node dist/cli/main.js\` in a checkout after \`npm run build\`. ${exitCodes}`,
    '',
    'A value of time is `500ms`, `20s`, `5m`, `1h`, or a number of seconds. Errors are one line on standard error: what failed, the value, what to do.',
    '',
    '## Options of every command',
    '',
    ...optionTable(program.options),
    '',
    ...program.commands.flatMap(commandSection),
  ].join('\n')
}

function commandSection(command: Command): string[] {
  const words = command.registeredArguments.map((argument) => {
    const word = argument.variadic ? `${argument.name()}...` : argument.name()
    return argument.required ? `<${word}>` : `[${word}]`
  })
  return [
    `## \`${['qtx', command.name(), ...words].join(' ')}\``,
    '',
    sentence(command.description()),
    '',
    ...command.registeredArguments.flatMap((argument) => [
      `- \`${argument.name()}\`: ${argument.description}`,
      '',
    ]),
    ...optionTable(command.options),
    '',
  ]
}

function optionTable(options: readonly Option[]): string[] {
  return [
    '| option | meaning | default |',
    '| --- | --- | --- |',
    ...options.map(
      (option) =>
        `| \`${option.flags.replaceAll('|', '\\|')}\` | ${meaningOf(option)} | ${defaultOf(option)} |`,
    ),
  ]
}

/** Defaults that depend on something are part of the description. */
const DEFAULT_NOTE = / \(default: (.*)\)$/

function meaningOf(option: Option): string {
  return option.description.replace(DEFAULT_NOTE, '')
}

function defaultOf(option: Option): string {
  const note = DEFAULT_NOTE.exec(option.description)
  if (note) return note[1] ?? ''
  if (option.defaultValueDescription !== undefined) return option.defaultValueDescription
  return option.defaultValue === undefined ? '' : `\`${String(option.defaultValue)}\``
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
