import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'

/** Whether an address is a stream that can be read once: `-`, a named pipe, <(command). */
export async function isPipe(address: string, cwd: string): Promise<boolean> {
  if (address === '-') return true
  const target = await stat(resolve(cwd, address)).catch(() => undefined)
  return target !== undefined && !target.isFile() && !target.isDirectory()
}
