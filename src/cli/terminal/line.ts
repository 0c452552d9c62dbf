import { styleText } from 'node:util'

/** How a piece of text looks; names of `util.styleText`. */
export type Format = Extract<Parameters<typeof styleText>[0], string>

export interface Span {
  readonly text: string
  readonly format?: Format | readonly Format[] | undefined
}

/** One row of the terminal. Layout is done on lines; colours are added at the very end. */
export type Line = readonly Span[]

/** Adds a format to a text, or leaves it. */
export type Paint = (format: Format | readonly Format[], text: string) => string

/** A piece of text; characters that would move the cursor, whoever sent them, are made visible. */
export function span(text: string, format?: Format | readonly Format[]): Span {
  return { text: printable(text), format }
}

/** The text with control characters, line ends and invisible characters replaced. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '·')
}

/** Columns that a line takes: one a character, as all that is drawn here is. */
export function widthOf(line: Line): number {
  return line.reduce((sum, { text }) => sum + characters(text).length, 0)
}

/** Exactly `width` columns: cut off with an ellipsis, or filled with spaces. */
export function fitLine(line: Line, width: number): Line {
  const excess = widthOf(line) - width
  if (excess <= 0) return [...line, { text: ' '.repeat(-excess) }]
  if (width <= 0) return []
  const fitted: Span[] = []
  let left = width - 1
  for (const { text, format } of line) {
    const kept = characters(text).slice(0, left)
    left -= kept.length
    fitted.push({ text: kept.join(''), format })
    if (left === 0) break
  }
  return [...fitted, { text: '…', format: fitted.at(-1)?.format }]
}

/** Left and right ends of one line, the space between them filled; the left gives way. */
export function spread(left: Line, right: Line, width: number): Line {
  return [...fitLine(left, Math.max(0, width - widthOf(right))), ...right]
}

/** Blocks next to each other, each of a width, with a gap between; shorter ones are filled with empty lines. */
export function beside(blocks: readonly (readonly Line[])[], widths: readonly number[], gap = '  '): Line[] {
  const height = Math.max(0, ...blocks.map((block) => block.length))
  return Array.from({ length: height }, (_, row) =>
    blocks.flatMap((block, i) => {
      const cells = fitLine(block[row] ?? [], widths[i] ?? 0)
      return i === 0 ? cells : [{ text: gap, format: 'dim' as const }, ...cells]
    }),
  )
}

/** The line as text with its colours. */
export function toText(line: Line, paint: Paint): string {
  return line.map(({ text, format }) => (format === undefined ? text : paint(format, text))).join('')
}

/** Colours where the stream is a terminal that has them and NO_COLOR is not set. */
export function painterFor(stream: NodeJS.WriteStream): Paint {
  const options = { stream, validateStream: true }
  return (format, text) => {
    // One by one: given a list, Node 20 colours whatever the stream and NO_COLOR say.
    const formats: readonly Format[] = typeof format === 'string' ? [format] : format
    return formats.reduce((painted, each) => styleText(each, painted, options), text)
  }
}

/** No colours at all. */
export const plainPaint: Paint = (_format, text) => text

function characters(text: string): string[] {
  return Array.from(text)
}
