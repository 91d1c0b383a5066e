import { type Inventory, jsonOf } from './inquiry.js'

/** State machines with their definitions. */
export const stateMachines: Inventory = {
  service: 'states',
  actions: ['states:ListStateMachines', 'states:DescribeStateMachine'],
  async find(inquiry) {
    const sdk = await import('@aws-sdk/client-sfn')
    return inquiry.using(new sdk.SFNClient(inquiry.settings()), async (client) => {
      const listed = await inquiry.all(
        'states:ListStateMachines',
        'the state machines',
        (token) => {
          const input = { maxResults: 1_000, nextToken: token }
          return client.send(new sdk.ListStateMachinesCommand(input), inquiry.sent)
        },
        ({ stateMachines = [], nextToken }) => ({ found: stateMachines, next: nextToken }),
      )
      return inquiry.each(listed, async ({ name = '', stateMachineArn: arn = '', type }) => {
        const on = `the state machine ${name}`
        const answer = await inquiry.ask('states:DescribeStateMachine', on, () => {
          const command = new sdk.DescribeStateMachineCommand({ stateMachineArn: arn })
          return client.send(command, inquiry.sent)
        })
        const definition = answer?.definition ?? '{}'
        const told = { StateMachineName: name, StateMachineType: type }
        const given = jsonOf({ ...told, DefinitionString: definition })
        return [{ type: 'AWS::StepFunctions::StateMachine', arn, properties: given }]
      })
    })
  },
}
