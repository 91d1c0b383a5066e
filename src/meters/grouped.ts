import type { Meter } from './meter.js'

/** One meter for each group of deliveries: each made by `freshPart` when its group first occurs. */
export class GroupedMeter<Observed, Figures, Part extends Meter<Observed, Figures>>
  implements Meter<Observed, Map<string, Figures>>
{
  readonly mergeable: Part['mergeable']
  readonly groups = new Map<string, Part>()

  constructor(
    private readonly groupOf: (observed: Observed) => string,
    private readonly freshPart: () => Part,
  ) {
    this.mergeable = freshPart().mergeable
  }

  observe(observed: Observed): void {
    this.group(this.groupOf(observed)).observe(observed)
  }

  read(): Map<string, Figures> {
    return new Map(Array.from(this.groups, ([name, part]) => [name, part.read()]))
  }

  merge(other: GroupedMeter<Observed, Figures, Part>): void {
    for (const [name, part] of other.groups) this.group(name).merge(part)
  }

  fresh(): GroupedMeter<Observed, Figures, Part> {
    return new GroupedMeter(this.groupOf, this.freshPart)
  }

  private group(name: string): Part {
    const held = this.groups.get(name)
    if (held) return held
    const part = this.freshPart()
    this.groups.set(name, part)
    return part
  }
}
