import type {
  DescribeArchiveResponse,
  DescribeReplayResponse,
  EventBridgeClient,
  ReplayState,
} from '@aws-sdk/client-eventbridge'
import { clientSettings } from './client-settings.js'
import { awsFailure } from './failure.js'
import type { AwsOptions } from './options.js'

/** An archive of a bus. What it holds is counted with a delay of up to a day. */
export interface BusArchive {
  readonly name: string
  readonly arn: string
  /** Of the bus whose events it keeps, which alone they are replayed to. */
  readonly busArn: string
  readonly state: string
  readonly stateReason: string | null
  readonly events: number | null
  readonly bytes: number | null
  /** Null: for ever. */
  readonly retentionDays: number | null
  readonly madeMs: number | null
}

/** A replay as it stands. */
export interface BusReplay {
  readonly state: ReplayState
  readonly reason: string | null
  /** The time of the event that was replayed last. */
  readonly lastMs: number | null
  readonly startedMs: number | null
  readonly endedMs: number | null
}

interface NewReplay {
  readonly name: string
  readonly archive: BusArchive
  readonly rules: readonly string[]
  readonly fromMs: number
  readonly toMs: number
}

/** Archives of buses, and replays of them; each call throws an EvtError that says what failed. */
export interface BusArchives {
  archive(name: string): Promise<BusArchive>
  start(replay: NewReplay): Promise<void>
  replay(name: string): Promise<BusReplay>
  cancel(name: string): Promise<void>
  close(): void
}

const actions = [
  ...['events:DescribeArchive', 'events:DescribeRule', 'events:StartReplay'],
  ...['events:DescribeReplay', 'events:CancelReplay'],
]

/** @param options.signal ends every call */
export async function openArchives(
  options: AwsOptions & { readonly signal: AbortSignal },
): Promise<BusArchives> {
  const sdk = await import('@aws-sdk/client-eventbridge')
  const client = new sdk.EventBridgeClient(clientSettings(options))
  const failed = failedBy(client, options.signal)
  const cut = { abortSignal: options.signal }
  return {
    async archive(name) {
      const command = new sdk.DescribeArchiveCommand({ ArchiveName: name })
      const onFailure = failed('events:DescribeArchive', `the archive ${name}`)
      return archiveOf(name, await client.send(command, cut).catch(onFailure))
    },
    async start({ name, archive, rules, fromMs, toMs }) {
      const command = new sdk.StartReplayCommand({
        ...{ ReplayName: name, EventSourceArn: archive.arn },
        ...{ EventStartTime: new Date(fromMs), EventEndTime: new Date(toMs) },
        Destination: { Arn: archive.busArn, FilterArns: [...rules] },
      })
      const onFailure = failed('events:StartReplay', `the archive ${archive.name}`)
      await client.send(command, cut).catch(onFailure)
    },
    async replay(name) {
      const command = new sdk.DescribeReplayCommand({ ReplayName: name })
      const onFailure = failed('events:DescribeReplay', `the replay ${name}`)
      return replayOf(await client.send(command, cut).catch(onFailure))
    },
    async cancel(name) {
      const command = new sdk.CancelReplayCommand({ ReplayName: name })
      await client.send(command, cut).catch(failed('events:CancelReplay', `the replay ${name}`))
    },
    close: () => client.destroy(),
  }
}

function failedBy(client: EventBridgeClient, signal: AbortSignal) {
  const { region } = client.config
  return (action: string, on: string) =>
    async (error: unknown): Promise<never> => {
      throw await awsFailure(error, { action, on, region, needs: actions, signal })
    }
}

function archiveOf(name: string, told: DescribeArchiveResponse): BusArchive {
  return {
    ...{ name, arn: told.ArchiveArn ?? '', busArn: told.EventSourceArn ?? '' },
    ...{ state: told.State ?? 'ENABLED', stateReason: told.StateReason || null },
    ...{ events: told.EventCount ?? null, bytes: told.SizeBytes ?? null },
    // As EventBridge has it, 0 days are all.
    retentionDays: told.RetentionDays || null,
    madeMs: told.CreationTime?.getTime() ?? null,
  }
}

function replayOf(told: DescribeReplayResponse): BusReplay {
  return {
    ...{ state: told.State ?? 'STARTING', reason: told.StateReason || null },
    lastMs: told.EventLastReplayedTime?.getTime() ?? null,
    startedMs: told.ReplayStartTime?.getTime() ?? null,
    endedMs: told.ReplayEndTime?.getTime() ?? null,
  }
}
