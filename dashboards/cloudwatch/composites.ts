/** As PutCompositeAlarm and CloudFormation take it. */
export type CompositeAlarm = {
  readonly AlarmName: string
  readonly AlarmDescription: string
  readonly AlarmRule: string
  readonly AlarmActions: readonly string[]
  readonly OKActions: readonly string[]
}

const MOST_CHILDREN = 100
/** Of a rule. */
const MOST_CHARACTERS = 10_240

const inAlarm = (name: string) => `ALARM("${name}")`

interface Composed {
  readonly made: readonly CompositeAlarm[]
  /** What stands for all of it: none of nothing, and of one alarm itself. */
  readonly top: readonly string[]
}

/** An alarm that is one while any of these is; of many there are some in between. */
export function anyOf(name: string, children: readonly string[], explain: string): Composed {
  if (children.length <= 1) return { made: [], top: children }
  const groups = grouped(children)
  if (groups.length === 1) return { made: [or(name, children, explain)], top: [name] }
  const parts = groups.map((group, n) => or(`${name}-${n + 1}`, group, explain))
  const names = parts.map(({ AlarmName }) => AlarmName)
  const whole = anyOf(name, names, explain)
  return { made: [...parts, ...whole.made], top: whole.top }
}

function grouped(children: readonly string[]): string[][] {
  const groups: string[][] = []
  let length = 0
  for (const child of children) {
    const size = inAlarm(child).length + ' OR '.length
    const last = groups.at(-1)
    if (last && last.length < MOST_CHILDREN && length + size <= MOST_CHARACTERS) {
      last.push(child)
      length += size
    } else {
      groups.push([child])
      length = size
    }
  }
  return groups
}

function or(AlarmName: string, children: readonly string[], explain: string): CompositeAlarm {
  const AlarmRule = children.map(inAlarm).join(' OR ')
  return { AlarmName, AlarmDescription: explain, AlarmRule, AlarmActions: [], OKActions: [] }
}

/** An alarm that is one while all of these are. */
export function both(
  { name, explain }: { readonly name: string; readonly explain: string },
  children: readonly string[],
  actions: Pick<CompositeAlarm, 'AlarmActions' | 'OKActions'>,
): CompositeAlarm {
  const AlarmRule = children.map(inAlarm).join(' AND ')
  return { AlarmName: name, AlarmDescription: explain, AlarmRule, ...actions }
}
