import { type Inventory, jsonOf } from './inquiry.js'

const MOST_A_PAGE = 100

/** Schedules of EventBridge Scheduler, with whom they send to. */
export const schedules: Inventory = {
  service: 'scheduler',
  actions: ['scheduler:ListSchedules', 'scheduler:GetSchedule'],
  async find(inquiry) {
    const sdk = await import('@aws-sdk/client-scheduler')
    return inquiry.using(new sdk.SchedulerClient(inquiry.settings()), async (client) => {
      const listed = await inquiry.all(
        'scheduler:ListSchedules',
        'the schedules',
        (token) => {
          const input = { MaxResults: MOST_A_PAGE, NextToken: token }
          return client.send(new sdk.ListSchedulesCommand(input), inquiry.sent)
        },
        ({ Schedules = [], NextToken }) => ({ found: Schedules, next: NextToken }),
      )
      return inquiry.each(listed, async (one) => {
        const { Name = '', GroupName, State, Target } = one
        const answer = await inquiry.ask('scheduler:GetSchedule', `the schedule ${Name}`, () =>
          client.send(new sdk.GetScheduleCommand({ Name, GroupName }), inquiry.sent),
        )
        const arn =
          one.Arn ?? inquiry.arn('scheduler', `schedule/${GroupName ?? 'default'}/${Name}`)
        const told = { Name, State: answer?.State ?? State, Target: answer?.Target ?? Target }
        return [{ type: 'AWS::Scheduler::Schedule', arn, properties: jsonOf(told) }]
      })
    })
  },
}
