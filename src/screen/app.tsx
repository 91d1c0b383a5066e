import { Box, type Key as InkKey, Text, useInput, useStdout } from 'ink'
import { useEffect, useState } from 'react'
import { type FrameStyle, frame, type Title } from './frame.js'
import { afterKeys, type Key, quits } from './keys.js'
import type { Line, Tone } from './line.js'
import type { ScreenModel } from './model.js'
import { firstUi } from './ui.js'

const REFRESH_MS = 250
const LEAST_LINES = 8

export interface ScreenProps {
  model: ScreenModel
  title: Title
  look: { color: boolean; unicode: boolean; timeZone: string }
  nowMs(): number
  onQuit(): void
  onInterrupt(): void
}

/** The screen of evt tail: draws what the model knows, four times a second and after each key. */
export function Screen({ model, title, look, nowMs, onQuit, onInterrupt }: ScreenProps) {
  const [ui, setUi] = useState(firstUi)
  const size = useSize()
  const [, setTick] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => setTick((tick) => tick + 1), REFRESH_MS)
    return () => clearInterval(timer)
  }, [])
  const now = model.read(nowMs())
  useInput((input, key) => {
    if (key.ctrl && input === 'c') onInterrupt()
    const keys = keysOf(input, key)
    if (quits(ui, keys)) onQuit()
    else setUi((before) => afterKeys(before, keys, { now, bodyLines: size.lines - 2 }))
  })
  const { unicode: isUnicode, timeZone } = look
  const style: FrameStyle = { ...size, isUnicode, timeZone }
  return (
    <Box flexDirection="column" height={size.lines}>
      {frame(now, ui, title, style).map((line, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place on the screen
        <Row key={n} line={line} color={look.color} />
      ))}
    </Box>
  )
}

function Row({ line, color }: { line: Line; color: boolean }) {
  return (
    <Text wrap="truncate">
      {line.map(({ text, tone }, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a part is its place in the line
        <Text key={n} {...looks(tone, color)}>
          {text}
        </Text>
      ))}
    </Text>
  )
}

function looks(tone: Tone, color: boolean) {
  if (!color) return tone === 'chosen' ? { inverse: true } : {}
  if (tone === 'bad') return { color: 'red' }
  if (tone === 'dim') return { dimColor: true }
  if (tone === 'bold') return { bold: true }
  return tone === 'chosen' ? { inverse: true } : {}
}

/** One line stays free: Ink clears the whole terminal where it would draw on the last. */
function useSize(): { columns: number; lines: number } {
  const { stdout } = useStdout()
  const read = () => ({
    columns: stdout.columns || 80,
    lines: Math.max(LEAST_LINES, (stdout.rows || 24) - 1),
  })
  const [size, setSize] = useState(read)
  useEffect(() => {
    const resized = () => setSize(read())
    stdout.on('resize', resized)
    return () => void stdout.off('resize', resized)
  })
  return size
}

/** What was typed fast, or pasted, comes as one text. */
function keysOf(input: string, key: InkKey): Key[] {
  const names = [
    [key.upArrow, 'up'],
    [key.downArrow, 'down'],
    [key.pageUp, 'pageUp'],
    [key.pageDown, 'pageDown'],
    [key.return, 'enter'],
    [key.escape, 'escape'],
    [key.backspace || key.delete, 'backspace'],
  ] as const
  const name = names.find(([isIt]) => isIt)?.[1]
  if (name) return [{ input, name }]
  return key.ctrl || key.meta ? [] : [...input].map((text) => ({ input: text, name: 'text' }))
}
