import { type Inventory, jsonOf } from './inquiry.js'

/** Pipes: source, filters, enrichment and target. */
export const pipes: Inventory = {
  service: 'pipes',
  actions: ['pipes:ListPipes', 'pipes:DescribePipe'],
  async find(inquiry) {
    const sdk = await import('@aws-sdk/client-pipes')
    return inquiry.using(new sdk.PipesClient(inquiry.settings()), async (client) => {
      const listed = await inquiry.all(
        'pipes:ListPipes',
        'the pipes',
        (token) => client.send(new sdk.ListPipesCommand({ NextToken: token }), inquiry.sent),
        ({ Pipes = [], NextToken }) => ({ found: Pipes, next: NextToken }),
      )
      return inquiry.each(listed, async (pipe) => {
        const { Name = '', Arn: arn = '', DesiredState, Source, Target, Enrichment } = pipe
        const answer = await inquiry.ask('pipes:DescribePipe', `the pipe ${Name}`, () =>
          client.send(new sdk.DescribePipeCommand({ Name }), inquiry.sent),
        )
        const { SourceParameters, TargetParameters } = answer ?? {}
        const given = { Name, DesiredState, Source, Target, Enrichment }
        const more = { SourceParameters, TargetParameters }
        return [{ type: 'AWS::Pipes::Pipe', arn, properties: jsonOf({ ...given, ...more }) }]
      })
    })
  },
}
