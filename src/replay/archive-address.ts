/** The name, or ARN, in the address of an archive of EventBridge; undefined for any other. */
export function busArchive(
  address: string,
): { name: string; region: string | undefined } | undefined {
  const named = /^eventbridge-archive:\/\/(.+)$/s.exec(address)?.[1] ?? address
  const [, region, ofArn] = /^arn:[\w-]+:events:([\w-]+):\d*:archive\/(.+)$/.exec(named) ?? []
  if (ofArn !== undefined) return { name: ofArn, region }
  return named === address ? undefined : { name: named, region: undefined }
}

/** The name, or ARN, in the address of what a FIFO topic archives; undefined for any other. */
export function topicArchive(address: string): string | undefined {
  return /^sns-archive:\/\/(.+)$/s.exec(address)?.[1]
}
