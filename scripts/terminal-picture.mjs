// Turns what a terminal shows (`tmux capture-pane -e -p`, on standard input) into an SVG on standard output.
import { readFileSync } from 'node:fs'

const CELL = { width: 8.4, height: 18 }
const PADDING = 14
const COLOURS = ['#1b1f24', '#e5534b', '#57ab5a', '#c69026', '#539bf5', '#b083f0', '#39c5cf', '#adbac7']
const BRIGHT = ['#636e7b', '#ff938a', '#6bc46d', '#daaa3f', '#6cb6ff', '#dcbdfb', '#56d4dd', '#cdd9e5']
const FOREGROUND = '#adbac7'
const BACKGROUND = '#1c2128'

const lines = readFileSync(0, 'utf8').replace(/\n+$/, '').split('\n')
const columns = Math.max(...lines.map((line) => visible(line).length))
const width = Math.ceil(columns * CELL.width + 2 * PADDING)
const height = lines.length * CELL.height + 2 * PADDING

const rows = lines.flatMap((line, row) => drawLine(line, PADDING + (row + 1) * CELL.height - 5))
console.log(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">
<rect width="100%" height="100%" rx="8" fill="${BACKGROUND}"/>
${rows.join('\n')}
</svg>`)

function visible(line) {
  return line.replace(/\x1b\[[0-9;]*m|\x0e|\x0f/g, '')
}

function drawLine(line, y) {
  const drawn = []
  let style = {}
  let column = 0
  for (const part of line.split(/(\x1b\[[0-9;]*m)/)) {
    const codes = /^\x1b\[([0-9;]*)m$/.exec(part)
    if (codes) {
      style = applyCodes(style, codes[1])
      continue
    }
    const text = part.replace(/[\x0e\x0f]/g, '')
    if (text !== '') {
      drawn.push(...drawText(text, column, y, style))
      column += [...text].length
    }
  }
  return drawn
}

function drawText(text, column, y, style) {
  const x = PADDING + column * CELL.width
  const length = [...text].length * CELL.width
  const [fill, back] = style.inverse
    ? [style.background ?? BACKGROUND, style.colour ?? FOREGROUND]
    : [style.colour ?? FOREGROUND, style.background]
  const shapes = []
  if (back)
    shapes.push(
      `<rect x="${x.toFixed(1)}" y="${(y - 13).toFixed(1)}" width="${length.toFixed(1)}" height="${CELL.height}" fill="${back}"/>`,
    )
  if (text.trim() !== '') {
    const weight = style.bold ? ' font-weight="bold"' : ''
    const opacity = style.dim ? ' opacity="0.6"' : ''
    shapes.push(
      `<text x="${x.toFixed(1)}" y="${y}" fill="${fill}"${weight}${opacity} textLength="${length.toFixed(1)}" lengthAdjust="spacingAndGlyphs" xml:space="preserve">${escape(text)}</text>`,
    )
  }
  return shapes
}

function applyCodes(style, text) {
  const next = { ...style }
  const codes = text === '' ? [0] : text.split(';').map(Number)
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]
    if (code === 0) for (const key of Object.keys(next)) delete next[key]
    else if (code === 1) next.bold = true
    else if (code === 2) next.dim = true
    else if (code === 7) next.inverse = true
    else if (code === 22) next.bold = next.dim = false
    else if (code === 27) next.inverse = false
    else if (code >= 30 && code <= 37) next.colour = COLOURS[code - 30]
    else if (code === 39) delete next.colour
    else if (code >= 40 && code <= 47) next.background = COLOURS[code - 40]
    else if (code === 49) delete next.background
    else if (code >= 90 && code <= 97) next.colour = BRIGHT[code - 90]
    else if (code === 38 || code === 48) i += codes[i + 1] === 5 ? 2 : 4
  }
  return next
}

function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
