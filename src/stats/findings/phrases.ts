import type { TypeName } from '../rows.js'

/** `17,055`. */
export function countText(count: number): string {
  return count.toLocaleString('en-US')
}

/** An estimate, two significant digits: `290`. */
export function roughText(count: number): string {
  return countText(Number(count.toPrecision(2)))
}

/** `1 event`, `2 events`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`
}

/** `once`, `twice`, `17,055 times`. */
export function times(count: number): string {
  if (count === 1) return 'once'
  return count === 2 ? 'twice' : `${countText(count)} times`
}

/** A fraction as percent, three significant digits. What is not all never looks so. */
export function shareText(fraction: number): string {
  const percent = fraction * 100
  if (percent > 0 && percent < 0.001) return '<0.001%'
  if (percent > 99.9 && percent < 100) return '>99.9%'
  return `${Number(percent.toPrecision(3))}%`
}

const durations = [
  { name: 'µs', sizeMs: 0.001, below: 1_000 },
  { name: 'ms', sizeMs: 1, below: 1_000 },
  { name: 's', sizeMs: 1_000, below: 120 },
  { name: 'min', sizeMs: 60_000, below: 120 },
  { name: 'h', sizeMs: 3_600_000, below: 48 },
] as const
const days = { name: 'd', sizeMs: 86_400_000 } as const

/** `5.21 s`: three significant digits, in the unit that people would use. */
export function durationText(ms: number): string {
  if (ms === 0) return '0 ms'
  const { name, sizeMs } =
    durations.find(({ sizeMs: size, below }) => digits3(ms / size) < below) ?? days
  return `${digits3(ms / sizeMs).toLocaleString('en-US')} ${name}`
}

/** `a 6 s`, `an 80 ms`. */
export function withArticle(text: string): string {
  return /^(8|11 |18 )/.test(text) ? `an ${text}` : `a ${text}`
}

/** A duration rounded up to what a person would choose: 40 ms, 600 ms, 6 s, 13 s, 3 min. */
export function roomyDurationText(ms: number): string {
  if (ms <= 900) {
    const unit = 10 ** Math.floor(Math.log10(Math.max(ms, 1)))
    return durationText(Math.ceil(Math.max(ms, 1) / unit) * unit)
  }
  const { sizeMs } = durations.slice(2).find(({ sizeMs: s, below }) => ms / s < below) ?? days
  return durationText(Math.ceil(ms / sizeMs) * sizeMs)
}

/** `481 MB`, in decimal units. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const at = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  return `${digits3(bytes / 1_000 ** at)} ${units[at]}`
}

/** `shop/order.placed`; the source alone for a row of all its types. */
export function nameOf({ source, type }: TypeName): string {
  if (type === '*') return source === '' ? 'what has no source' : source
  return source === '' ? type : `${source}/${type}`
}

/** `a`, `a and b`, `a, b and 7 more`. */
export function listed(names: readonly string[], most = 3): string {
  const more = names.length - most
  const shown = more > 0 ? [...names.slice(0, most), `${countText(more)} more`] : names
  if (shown.length <= 1) return shown[0] ?? ''
  return `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}

const MAX_QUOTED = 40

/** A value as found, in quotes, not too long. */
export function quoted(text: string): string {
  const characters = [...text]
  const cut = characters.length > MAX_QUOTED
  return JSON.stringify(cut ? `${characters.slice(0, MAX_QUOTED - 1).join('')}…` : text)
}

/** `14:02`, with the date where `dated`. UTC. */
export function minuteText(us: number, dated: boolean): string {
  const iso = new Date(Math.floor(us / 1_000)).toISOString()
  const [date = '', time = ''] = iso.split('T')
  return dated ? `${date} ${time.slice(0, 5)}` : time.slice(0, 5)
}

function digits3(value: number): number {
  return value >= 100 ? Math.round(value) : Number(value.toPrecision(3))
}
