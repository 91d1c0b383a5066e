const unitUs = { us: 1, ms: 1e3, s: 1e6, m: 60e6, h: 3_600e6, d: 86_400e6 } as const

/** How durations are written, to show to who wrote one in another way. */
export const durationExamples = '500ms, 10s, 5m, 1h or 1d'

/** Microseconds of `500ms` or `1.5h`; undefined for what is no duration. */
export function parseDurationUs(text: string): number | undefined {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(us|ms|s|m|h|d)$/.exec(text) ?? []
  if (digits === undefined) return undefined
  return Math.round(Number(digits) * unitUs[unit as keyof typeof unitUs]) // the pattern's units
}
