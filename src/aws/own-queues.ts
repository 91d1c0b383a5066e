import { clientSettings } from './client-settings.js'
import { awsFailure, isMissing } from './failure.js'
import type { AwsOptions } from './options.js'
import { OWN_PREFIX } from './own-resources.js'

type QueueAction =
  | 'sqs:CreateQueue'
  | 'sqs:DeleteQueue'
  | 'sqs:GetQueueUrl'
  | 'sqs:ListQueues'
  | 'sqs:ListQueueTags'
  | 'sqs:TagQueue'

export interface NewQueue {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly tags: Readonly<Record<string, string>>
}

/** The queues that evt makes for itself; each call throws an EvtError that says what failed. None
 * is cut short by a signal: half of a change is worse than a second more. */
export interface OwnQueues {
  create(queue: NewQueue): Promise<string>
  /** Undefined where there is none of this name. */
  urlOf(name: string): Promise<string | undefined>
  remove(url: string): Promise<void>
  tag(url: string, tags: Readonly<Record<string, string>>): Promise<void>
  /** The URLs of all that are named as evt's. */
  list(): Promise<string[]>
  tagsOf(url: string): Promise<Record<string, string>>
}

/** @param needs what of IAM the whole takes, for who lacks a part of it */
export async function ownQueues(
  options: AwsOptions,
  needs?: readonly string[],
): Promise<OwnQueues> {
  const sdk = await import('@aws-sdk/client-sqs')
  // An emulator may call itself otherwise in the URLs of its queues.
  const client = new sdk.SQSClient({ ...clientSettings(options), useQueueUrlAsEndpoint: false })
  const failed =
    (action: QueueAction, on: string) =>
    async (error: unknown): Promise<never> => {
      throw await awsFailure(error, { action, on, needs, region: () => client.config.region() })
    }
  const nameOf = (url: string) => `the queue ${url.split('/').at(-1)}`
  return {
    async create({ name, attributes, tags }) {
      const command = new sdk.CreateQueueCommand({
        ...{ QueueName: name, Attributes: { ...attributes }, tags: { ...tags } },
      })
      const made = await client.send(command).catch(failed('sqs:CreateQueue', `the queue ${name}`))
      return made.QueueUrl ?? ''
    },
    async urlOf(name) {
      try {
        const found = await client.send(new sdk.GetQueueUrlCommand({ QueueName: name }))
        return found.QueueUrl
      } catch (error) {
        if (isMissing(error)) return undefined
        return failed('sqs:GetQueueUrl', `the queue ${name}`)(error)
      }
    },
    async remove(url) {
      const command = new sdk.DeleteQueueCommand({ QueueUrl: url })
      await client.send(command).catch((error) => {
        if (!isMissing(error)) return failed('sqs:DeleteQueue', nameOf(url))(error)
      })
    },
    async tag(url, tags) {
      const command = new sdk.TagQueueCommand({ QueueUrl: url, Tags: { ...tags } })
      await client.send(command).catch(failed('sqs:TagQueue', nameOf(url)))
    },
    async list() {
      const urls: string[] = []
      const pages = sdk.paginateListQueues(
        { client, pageSize: 1_000 },
        { QueueNamePrefix: OWN_PREFIX },
      )
      try {
        for await (const { QueueUrls = [] } of pages) urls.push(...QueueUrls)
      } catch (error) {
        await failed('sqs:ListQueues', 'the queues')(error)
      }
      return urls
    },
    async tagsOf(url) {
      const command = new sdk.ListQueueTagsCommand({ QueueUrl: url })
      const found = await client.send(command).catch((error) => {
        if (isMissing(error)) return { Tags: {} }
        return failed('sqs:ListQueueTags', nameOf(url))(error)
      })
      return found.Tags ?? {}
    },
  }
}
