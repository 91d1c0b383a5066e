import { type Described, type Inventory, jsonOf } from './inquiry.js'

const MOST_A_PAGE = 25

/** APIs of AppSync, with the sources of their data. */
export const graphqlApis: Inventory = {
  service: 'appsync',
  actions: ['appsync:ListGraphqlApis', 'appsync:ListDataSources'],
  async find(inquiry) {
    const sdk = await import('@aws-sdk/client-appsync')
    return inquiry.using(new sdk.AppSyncClient(inquiry.settings()), async (client) => {
      const listed = await inquiry.all(
        'appsync:ListGraphqlApis',
        'the APIs of AppSync',
        (nextToken) => {
          const command = new sdk.ListGraphqlApisCommand({ maxResults: MOST_A_PAGE, nextToken })
          return client.send(command, inquiry.sent)
        },
        ({ graphqlApis: found = [], nextToken }) => ({ found, next: nextToken }),
      )
      return inquiry.each(listed, async ({ apiId = '', name: Name, arn: told }) => {
        const arn = told ?? inquiry.arn('appsync', `apis/${apiId}`)
        const sources = await inquiry.all(
          'appsync:ListDataSources',
          `the API ${Name ?? apiId} of AppSync`,
          (nextToken) => {
            const input = { apiId, maxResults: MOST_A_PAGE, nextToken }
            return client.send(new sdk.ListDataSourcesCommand(input), inquiry.sent)
          },
          ({ dataSources: found = [], nextToken }) => ({ found, next: nextToken }),
        )
        return [
          { type: 'AWS::AppSync::GraphQLApi', arn, properties: jsonOf({ Name }) },
          ...sources.map((one): Described => {
            const { eventBridgeConfig, lambdaConfig, dynamodbConfig } = one
            const given = {
              ApiId: arn,
              EventBridgeConfig: { EventBusArn: eventBridgeConfig?.eventBusArn },
              LambdaConfig: { LambdaFunctionArn: lambdaConfig?.lambdaFunctionArn },
              DynamoDBConfig: { TableName: dynamodbConfig?.tableName },
            }
            return { type: 'AWS::AppSync::DataSource', arn, properties: jsonOf(given) }
          }),
        ]
      })
    })
  },
}
