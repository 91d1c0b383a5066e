import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../helpers/cli.js'
import type { Case } from './case-file.js'

export const NOBODY = 65534

/** What of the machine some cases need. Asked once. */
export const isThere: Readonly<Record<NonNullable<Case['needs']>, () => boolean>> = {
  '/dev/full': once(() => existsSync('/dev/full')),
  // Root reads everything: its cases run as nobody, who has to be able to read evt.
  'another user': once(() => {
    if (process.getuid?.() !== 0) return true
    const options = { uid: NOBODY, gid: NOBODY, env: {} }
    const { status } = spawnSync(process.execPath, [join(root, 'bin/run.js'), '--version'], options)
    return status === 0
  }),
  'a small disk': once(() => {
    const mount = 'mount -t tmpfs -o size=64k none /tmp'
    return spawnSync('unshare', ['--map-root-user', '--mount', 'sh', '-c', mount]).status === 0
  }),
}

function once(ask: () => boolean): () => boolean {
  let answer: boolean | undefined
  return () => {
    answer ??= ask()
    return answer
  }
}
