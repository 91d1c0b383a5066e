import type { ApiGatewayV2Client } from '@aws-sdk/client-apigatewayv2'
import { type Described, type Inquiry, type Inventory, jsonOf } from './inquiry.js'

type Sdk = typeof import('@aws-sdk/client-apigatewayv2')

interface Asked {
  readonly inquiry: Inquiry
  readonly sdk: Sdk
  readonly client: ApiGatewayV2Client
}

const MOST_A_PAGE = '500'

/** HTTP and WebSocket APIs of API Gateway, with what they call. */
export const httpApis: Inventory = {
  service: 'apigateway',
  actions: ['apigateway:GET'],
  async find(inquiry) {
    const sdk = await import('@aws-sdk/client-apigatewayv2')
    return inquiry.using(new sdk.ApiGatewayV2Client(inquiry.settings()), async (client) => {
      const listed = await inquiry.all(
        'apigateway:GET',
        'the HTTP APIs',
        (token) => {
          const input = { MaxResults: MOST_A_PAGE, NextToken: token }
          return client.send(new sdk.GetApisCommand(input), inquiry.sent)
        },
        ({ Items = [], NextToken }) => ({ found: Items, next: NextToken }),
      )
      return inquiry.each(listed, ({ ApiId = '', Name }) =>
        ofApi({ inquiry, sdk, client }, ApiId, Name),
      )
    })
  },
}

async function ofApi(asked: Asked, ApiId: string, Name: string | undefined): Promise<Described[]> {
  const { inquiry, sdk, client } = asked
  const arn = inquiry.arn('execute-api', ApiId)
  const integrations = await inquiry.all(
    'apigateway:GET',
    `the HTTP API ${Name ?? ApiId}`,
    (token) => {
      const input = { ApiId, MaxResults: MOST_A_PAGE, NextToken: token }
      return client.send(new sdk.GetIntegrationsCommand(input), inquiry.sent)
    },
    ({ Items = [], NextToken }) => ({ found: Items, next: NextToken }),
  )
  return [
    { type: 'AWS::ApiGatewayV2::Api', arn, properties: jsonOf({ Name }) },
    ...integrations.map((one): Described => {
      const { IntegrationSubtype, IntegrationUri, RequestParameters } = one
      const told = { ApiId: arn, IntegrationSubtype, IntegrationUri, RequestParameters }
      return { type: 'AWS::ApiGatewayV2::Integration', arn, properties: jsonOf(told) }
    }),
  ]
}
