import type { Withhold } from '../erased/withhold.js'
import { Eraser } from './eraser.js'

/** By the eraser itself, so that whoever was erased does not come back in another way. */
export const withhold: Withhold = async (text, { entities, mapping, decode, isHeld }) => {
  const subject = { entities, values: [], ignoreCase: false, deep: true }
  const settings = { subject, mapping, decode, mode: 'default' as const, mentions: false, key: '' }
  const eraser = new Eraser({ ...settings, isHeld: isHeld ?? (() => false) })
  const { text: left, unplaced, unreadable } = await eraser.judge(text)
  return { text: left, isLeft: unplaced + unreadable > 0 }
}
