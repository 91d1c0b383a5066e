import type { ManagedPolicyDetail, RoleDetail } from '@aws-sdk/client-iam'
import type { JsonObject } from '../../event/event.js'
import { type Inventory, jsonOf } from './inquiry.js'

/** Roles with what they allow: their own policies, and those that are attached, AWS's own too: what
 * they allow on everything tells who may, and with what functions are set to, of ways. */
export const roles: Inventory = {
  service: 'iam',
  actions: ['iam:GetAccountAuthorizationDetails'],
  async find(inquiry) {
    const sdk = await import('@aws-sdk/client-iam')
    return inquiry.using(new sdk.IAMClient(inquiry.settings()), async (client) => {
      const pages = await inquiry.all(
        'iam:GetAccountAuthorizationDetails',
        'the roles',
        (Marker) => {
          const command = new sdk.GetAccountAuthorizationDetailsCommand({
            ...{ Filter: ['Role', 'LocalManagedPolicy', 'AWSManagedPolicy'] },
            ...{ MaxItems: 1_000, Marker },
          })
          return client.send(command, inquiry.sent)
        },
        (page) => ({ found: [page], next: page.IsTruncated ? page.Marker : undefined }),
      )
      const policies = new Map(
        pages.flatMap(({ Policies = [] }) => Policies.map((one) => [one.Arn, one] as const)),
      )
      const listed = pages.flatMap(({ RoleDetailList = [] }) => RoleDetailList)
      return listed.map((role) => ({
        ...{ type: 'AWS::IAM::Role', arn: role.Arn ?? '' },
        properties: jsonOf({
          RoleName: role.RoleName,
          Policies: documentsOf(role, policies).map((PolicyDocument) => ({ PolicyDocument })),
        }),
      }))
    })
  },
}

function documentsOf(
  { RolePolicyList = [], AttachedManagedPolicies = [] }: RoleDetail,
  policies: ReadonlyMap<string | undefined, ManagedPolicyDetail>,
): JsonObject[] {
  const attached = AttachedManagedPolicies.flatMap(({ PolicyArn }) => {
    const versions = policies.get(PolicyArn)?.PolicyVersionList ?? []
    return versions.filter(({ IsDefaultVersion: isUsed }) => isUsed).map(({ Document }) => Document)
  })
  const written = [...RolePolicyList.map(({ PolicyDocument }) => PolicyDocument), ...attached]
  return written.flatMap((text) => documentOf(text ?? ''))
}

/** IAM writes documents as a part of an address. */
function documentOf(text: string): JsonObject[] {
  try {
    return [JSON.parse(text.startsWith('%7B') ? decodeURIComponent(text) : text) as JsonObject]
  } catch {
    return []
  }
}
