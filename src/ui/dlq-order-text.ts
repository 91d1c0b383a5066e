import type { DlqResult, MessageGroup } from '../dlq/result.js'
import { counted } from '../stats/findings/phrases.js'
import { countText } from './numbers.js'

/** Which of the messages of groups, or keys, later ones passed, as far as it is known. */
export function orderNotes({
  messageGroups,
  against,
}: Pick<DlqResult, 'messageGroups' | 'against'>): string[] {
  if (messageGroups === null || messageGroups.length === 0) return []
  const messages = messageGroups.reduce((sum, one) => sum + one.messages, 0)
  const groups = counted(messageGroups.length, 'group')
  if (against === null) {
    return [
      ...ownNotes(messageGroups),
      `${counted(messages, 'message')} of ${groups}: later ones of a group may have been ` +
        'processed since; --against SOURCE says which',
    ]
  }
  const late = messageGroups.filter(({ overtaken }) => (overtaken ?? 0) > 0)
  const overtaken = late.reduce((sum, one) => sum + (one.overtaken ?? 0), 0)
  const unknown = messageGroups.reduce((sum, one) => sum + one.unknown, 0)
  const such = late.slice(0, 3).map(({ group }) => group)
  return [
    overtaken === 0
      ? `none of ${counted(messages, 'message')} was overtaken in ${against.join(' ')}`
      : `${countText(overtaken)} of ${counted(messages, 'message')}, in ` +
        `${counted(late.length, 'group')} such as ${such.join(', ')}, were overtaken: ` +
        `${against.join(' ')} has later ones of their keys`,
    ...(unknown > 0
      ? [`of ${counted(unknown, 'message')} nobody can say: key, sequence or time is missing`]
      : []),
  ]
}

/** What the messages tell by themselves. */
function ownNotes(groups: readonly MessageGroup[]): string[] {
  const passed = groups.filter((group) => (group.passed ?? 0) > 0)
  const count = passed.reduce((sum, group) => sum + (group.passed ?? 0), 0)
  const such = passed.slice(0, 3).map(({ group, skipped }) => `${group} (${skipped.join(', ')})`)
  const disordered = groups.reduce((sum, group) => sum + group.disordered, 0)
  const [were, their] = disordered === 1 ? ['was', 'its'] : ['were', 'their']
  const isUnnumbered = groups.every((group) => group.passed === null)
  return [
    ...(count > 0
      ? [
          `${counted(count, 'message')}, in ${counted(passed.length, 'group')} such as ` +
            `${such.join(', ')}, come before numbers that are not here: these were processed ` +
            'after them, or taken out of here, if their producer counts without gaps',
        ]
      : []),
    ...(disordered > 0
      ? [`${counted(disordered, 'message')} ${were} given up behind a later one of ${their} key`]
      : []),
    ...(isUnnumbered
      ? ['no numbers of a producer are known: --map sequence=$.… shows which are missing']
      : []),
  ]
}
