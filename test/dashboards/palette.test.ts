import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

// The lines of types: they can be told apart whatever colours their reader sees, and without any.

type Three = readonly [number, number, number]

/** Machado, Oliveira, Fernandes (2009), severity 1, of linear RGB. */
const sights: Readonly<Record<string, readonly [Three, Three, Three]>> = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
}

const css = readFileSync(new URL('../../dashboards/html/page.css', import.meta.url), 'utf8')
const [light = '', dark = ''] = css.split('@media (prefers-color-scheme: dark)')
const named = (part: string, name: string) =>
  [...part.matchAll(new RegExp(`--${name}: (#\\w{6})`, 'g'))].map(([, color = '']) => color)

const linear = (part: number) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
/** What a colour is for such a sight, each part from 0 to 1. */
function seen(color: string, sight: readonly Three[]): number[] {
  const parts = [1, 3, 5].map((at) => linear(Number.parseInt(color.slice(at, at + 2), 16) / 255))
  return sight.map((row) => {
    const sum = row.reduce((all, share, n) => all + share * (parts[n] ?? 0), 0)
    return Math.min(1, Math.max(0, sum))
  })
}

/** CIELAB, of linear RGB under D65. */
function lab([r = 0, g = 0, b = 0]: readonly number[]): Three {
  const [x = 0, y = 0, z = 0] = [
    (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047,
    0.2126 * r + 0.7152 * g + 0.0722 * b,
    (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883,
  ].map((part) => (part > 0.008856 ? Math.cbrt(part) : 7.787 * part + 16 / 116))
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}

function distance(a: readonly number[], b: readonly number[]): number {
  const [one, other] = [lab(a), lab(b)]
  return Math.hypot(...one.map((part, n) => part - (other[n] ?? 0)))
}

function contrast(a: readonly number[], b: readonly number[]): number {
  const [bright = 0, faint = 0] = [a, b]
    .map(([red = 0, green = 0, blue = 0]) => 0.2126 * red + 0.7152 * green + 0.0722 * blue)
    .sort((one, other) => other - one)
  return (bright + 0.05) / (faint + 0.05)
}

const looks = [light, dark].flatMap((part, n) =>
  Object.entries(sights).map(([sight, of]) => {
    return [['light', 'dark'][n] ?? '', sight, part.split('@media')[0] ?? '', of] as const
  }),
)

describe.each(looks)('%s, %s', (_, __, part, sight) => {
  const colors = named(part, 'kind-\\d').map((color) => seen(color, sight))
  const card = seen(named(part, 'card')[0] ?? '', sight)

  test('lines stand out from what is behind them', () => {
    expect(colors).toHaveLength(6)
    // WCAG 1.4.11.
    for (const color of colors) expect(contrast(color, card)).toBeGreaterThanOrEqual(3)
  })

  test('no two colours are alike', () => {
    const pairs = colors.flatMap((a, n) => colors.slice(n + 1).map((b) => distance(a, b)))
    // Of 2, neighbours can be told apart; lines do not touch.
    expect(Math.min(...pairs)).toBeGreaterThan(20)
  })
})

test('lines without colour have dashes of their own', () => {
  const dashes = Array.from({ length: 6 }, (_, n) => {
    return css.match(new RegExp(`\\.kind-${n + 1} \\{[^}]*?stroke-dasharray: ([\\d ]+)`))?.[1]
  })
  expect(new Set(dashes).size).toBe(6)
})
