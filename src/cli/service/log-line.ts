import { span, type Format, type Line } from '../terminal/line.ts'

const LEVELS: Readonly<Record<number, readonly [name: string, format: Format]>> = {
  20: ['debug', 'dim'],
  30: ['info', 'green'],
  40: ['warn', 'yellow'],
  50: ['error', 'red'],
}

/** A line of the log for people: time, level, part, sentence. What is no such line stays as it is. */
export function logLine(json: string): Line {
  const { level, time, component, msg } = fieldsOf(json)
  if (typeof msg !== 'string') return [span(json)]
  const [name, format] = LEVELS[Number(level)] ?? ['', 'dim']
  const at = typeof time === 'number' ? new Date(time).toISOString().slice(11, 23) : ''
  return [
    span(`${at} `, 'dim'),
    span(`${name.padEnd(5)} `, format),
    span(typeof component === 'string' ? `${component}: ` : '', 'dim'),
    span(msg),
  ]
}

function fieldsOf(json: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
