import { type Described, type Inventory, jsonOf } from './inquiry.js'

const MOST_A_PAGE = 500

/** REST APIs of API Gateway, with what their methods call. */
export const restApis: Inventory = {
  service: 'apigateway',
  actions: ['apigateway:GET'],
  async find(inquiry) {
    const sdk = await import('@aws-sdk/client-api-gateway')
    return inquiry.using(new sdk.APIGatewayClient(inquiry.settings()), async (client) => {
      const listed = await inquiry.all(
        'apigateway:GET',
        'the REST APIs',
        (position) => {
          const command = new sdk.GetRestApisCommand({ limit: MOST_A_PAGE, position })
          return client.send(command, inquiry.sent)
        },
        ({ items = [], position }) => ({ found: items, next: position }),
      )
      return inquiry.each(listed, async ({ id: restApiId = '', name: Name }) => {
        const arn = inquiry.arn('execute-api', restApiId)
        const resources = await inquiry.all(
          'apigateway:GET',
          `the REST API ${Name ?? restApiId}`,
          (position) => {
            const input = { restApiId, limit: MOST_A_PAGE, position, embed: ['methods'] }
            return client.send(new sdk.GetResourcesCommand(input), inquiry.sent)
          },
          ({ items = [], position }) => ({ found: items, next: position }),
        )
        const methods = resources.flatMap((one) => Object.values(one.resourceMethods ?? {}))
        return [
          { type: 'AWS::ApiGateway::RestApi', arn, properties: jsonOf({ Name }) },
          ...methods.flatMap(({ methodIntegration: told }): Described[] => {
            if (told === undefined) return []
            const { uri: Uri, requestParameters, requestTemplates: RequestTemplates } = told
            const Integration = { Uri, RequestParameters: requestParameters, RequestTemplates }
            const given = jsonOf({ RestApiId: arn, Integration })
            return [{ type: 'AWS::ApiGateway::Method', arn, properties: given }]
          }),
        ]
      })
    })
  },
}
