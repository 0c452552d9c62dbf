/** What stands where there is no value. */
export const NOTHING = '–'

const MINUTE_S = 60
const HOUR_S = 3_600
const DAY_S = 86_400

/** `67012.10` as `67,012.10`; any decimal text. */
export function groupDigits(text: string): string {
  const [, sign = '', whole = '', rest = ''] = /^([-+−]?)(\d+)(\..*)?$/.exec(text) ?? []
  if (whole === '') return text
  return `${sign}${whole.replace(/\B(?=(\d{3})+$)/g, ',')}${rest}`
}

/** With that many digits after the point; as many as the number has where they are not known. */
export function formatNumber(value: number | null, decimals: number | null): string {
  if (value === null || !Number.isFinite(value)) return NOTHING
  return groupDigits(decimals === null ? plain(value) : value.toFixed(decimals))
}

/** A decimal text with its thousands apart, digit by digit as it is. */
export function formatDecimal(text: string | null): string {
  return text === null ? NOTHING : groupDigits(text)
}

/** Counts: exact below a million, then with three digits. */
export function formatCount(count: number): string {
  if (count < 1e6) return groupDigits(String(Math.round(count)))
  if (count < 1e9) return `${(count / 1e6).toPrecision(3)} M`
  return `${(count / 1e9).toPrecision(4)} G`
}

/** Microseconds, in the unit that suits. */
export function formatMicros(us: number | null): string {
  if (us === null || !Number.isFinite(us)) return NOTHING
  if (us < 1e3) return `${short(us)} µs`
  if (us < 1e6) return `${short(us / 1e3)} ms`
  return `${short(us / 1e6)} s`
}

/** How long ago, milliseconds. */
export function formatAge(ms: number | null): string {
  if (ms === null) return NOTHING
  const seconds = Math.max(0, ms) / 1e3
  if (seconds < MINUTE_S) return `${seconds.toFixed(1)} s`
  if (seconds < HOUR_S) return `${Math.floor(seconds / MINUTE_S)} min`
  if (seconds < DAY_S) return `${Math.floor(seconds / HOUR_S)} h`
  return `${Math.floor(seconds / DAY_S)} d`
}

/** `03:12:09`, with days before it after the first one; milliseconds. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1e3))
  const days = Math.floor(seconds / DAY_S)
  const clock = [
    Math.floor((seconds % DAY_S) / HOUR_S),
    Math.floor((seconds % HOUR_S) / MINUTE_S),
    seconds % MINUTE_S,
  ]
  return `${days > 0 ? `${days} d ` : ''}${clock.map(two).join(':')}`
}

/** Local time of day, `14:03:09`. */
export function formatTime(ms: number): string {
  const date = new Date(ms)
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')
}

/** Local time of day, `14:03`. */
export function formatMinute(ms: number): string {
  return formatTime(ms).slice(0, 5)
}

export function formatBytes(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`
  if (bytes < 1_024 ** 2) return `${short(bytes / 1_024)} KiB`
  return `${short(bytes / 1_024 ** 2)} MiB`
}

/** A signed amount: `+1.25`, `−0.3`, `0`; at most so many digits after the point, two digits of what is smaller. */
export function formatSigned(text: string, decimals = 4): string {
  const value = Number(text)
  if (text === '' || !Number.isFinite(value)) return text === '' ? NOTHING : text
  if (value === 0) return '0'
  const size = Math.abs(value)
  const digits =
    size < 10 ** -decimals ? plain(Number(size.toPrecision(2))) : withoutZeros(size.toFixed(decimals))
  return `${value > 0 ? '+' : '−'}${groupDigits(digits)}`
}

/** `feedToBook` as `feed to book`. */
export function formatName(name: string): string {
  return name.replace(/([a-z\d])([A-Z])/g, '$1 $2').toLowerCase()
}

/** Digits of a number without an exponent, up to ten after the point. */
function plain(value: number): string {
  return withoutZeros(value.toFixed(10))
}

function withoutZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

/** Three digits, or the whole number where it has more. */
function short(value: number): string {
  if (value >= 100) return String(Math.round(value))
  return value >= 10 ? value.toFixed(1) : value.toFixed(2)
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
