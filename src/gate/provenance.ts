import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

type Environment = Readonly<Record<string, string | undefined>>

/** Where a run is from; null where nobody says. */
export interface Provenance {
  commit: string | null
  branch: string | null
}

const GIT_TIMEOUT_MS = 5_000

/** The commit and branch of a run: as GitHub or GitLab say, else as git says of the folder. */
export async function provenanceOf(env: Environment, cwd: string): Promise<Provenance> {
  const { GITHUB_SHA, GITHUB_HEAD_REF, GITHUB_REF_NAME } = env
  const commit = GITHUB_SHA || env['CI_COMMIT_SHA'] || (await git(['rev-parse', 'HEAD'], cwd))
  const branch =
    GITHUB_HEAD_REF ||
    GITHUB_REF_NAME ||
    env['CI_COMMIT_REF_NAME'] ||
    (await git(['branch', '--show-current'], cwd))
  return { commit: commit || null, branch: branch || null }
}

/** Empty where there is no git, or the folder is in none. */
async function git(args: readonly string[], cwd: string): Promise<string> {
  try {
    const options = { cwd, timeout: GIT_TIMEOUT_MS }
    return (await promisify(execFile)('git', [...args], options)).stdout.trim()
  } catch {
    return ''
  }
}
