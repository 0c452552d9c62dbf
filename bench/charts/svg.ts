/** As wide as a page of documentation shows it. */
export const WIDTH = 720
export const FONT_SIZE = 13

/** Told apart from each other, and readable on a light and on a dark page. */
export const COLOURS = [
  '#3b82f6',
  '#f59e0b',
  '#10b981',
  '#ef4444',
  '#8b5cf6',
  '#0891b2',
  '#d946ef',
  '#78716c',
]

/** A whole picture; its colours follow the page's. */
export function svg(height: number, title: string, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img">`,
    `<title>${escape(title)}</title>`,
    '<style>',
    `text{font:${FONT_SIZE}px system-ui,sans-serif;fill:#3d444d}`,
    '.title{font-weight:600;font-size:15px}.faint{fill:#6e7781}.line{stroke:#8c959f;stroke-width:1}',
    '.grid{stroke:#8c959f;stroke-width:1;opacity:.25}.whisker{stroke:#57606a;stroke-width:1.5}',
    '@media(prefers-color-scheme:dark){text{fill:#d1d7e0}.faint{fill:#9198a1}.whisker{stroke:#c9d1d9}}',
    '</style>',
    ...parts,
    '</svg>',
    '',
  ].join('\n')
}

export interface TextStyle {
  readonly anchor?: 'start' | 'middle' | 'end'
  readonly className?: 'title' | 'faint'
}

export function text(x: number, y: number, content: string, style: TextStyle = {}): string {
  const anchor = style.anchor ? ` text-anchor="${style.anchor}"` : ''
  const className = style.className ? ` class="${style.className}"` : ''
  return `<text x="${round(x)}" y="${round(y)}"${anchor}${className}>${escape(content)}</text>`
}

export function line(x1: number, y1: number, x2: number, y2: number, className: string): string {
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" class="${className}"/>`
}

export function round(value: number): number {
  return Math.round(value * 10) / 10
}

function escape(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
