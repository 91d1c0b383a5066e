/** Which account, where: as the flags of every command that asks AWS say. */
export interface AwsOptions {
  profile?: string | undefined
  region?: string | undefined
  /** Another address than AWS's own, such as an emulator's. */
  endpointUrl?: string | undefined
}
