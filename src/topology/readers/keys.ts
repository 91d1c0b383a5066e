import type { JsonValue } from '../../event/event.js'
import { isAction } from '../actions.js'
import type { Resource } from '../template/stack.js'
import { onlyToken } from '../template/tokens.js'
import { statementsOf } from './policies.js'

/** What a service needs to put something into what is encrypted. */
const needed = ['kms:GenerateDataKey', 'kms:Decrypt']

/**
 * Whom the key of a queue or topic lets use it: nobody but the account, where it is the key of AWS
 * itself, whose policy nobody can change. Undefined where the key is not known here, or there is
 * none.
 */
export function keyUsersOf(resource: Resource, key: JsonValue | undefined): string[] | undefined {
  if (typeof key !== 'string') return undefined
  if (/(^|:)alias\/aws\/(sqs|sns)$/.test(key)) return []
  const named = declared(resource, key)
  const alias = named?.type === 'AWS::KMS::Alias' ? named.properties['TargetKeyId'] : undefined
  const found = typeof alias === 'string' ? declared(resource, alias) : named
  if (found?.type !== 'AWS::KMS::Key') return undefined
  const allowed = new Map<string, string[]>()
  for (const { who, actions } of statementsOf(found, found.properties['KeyPolicy'])) {
    for (const one of who) allowed.set(one, [...(allowed.get(one) ?? []), ...actions])
  }
  return [...allowed].flatMap(([who, actions]) => {
    const isAllowed = needed.every((action) => actions.some((one) => isAction(one, action)))
    return isAllowed ? [who] : []
  })
}

function declared({ stack }: Resource, value: string): Resource | undefined {
  const token = onlyToken(value)
  return token && token.stack === undefined ? stack.resource(token.name) : undefined
}
