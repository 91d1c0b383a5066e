import { setTimeout } from 'node:timers/promises'
import type { LivePage } from './live-page.js'
import type { PageServer } from './server.js'

/** Tells who reads the page when there is something new, until the signal aborts. Of a page that
 * cannot be drawn they are not told; it is tried again. */
export async function tellReaders(
  page: Pick<LivePage, 'pauseMs' | 'isChanged' | 'renew'>,
  server: Pick<PageServer, 'readers' | 'tell'>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await setTimeout(page.pauseMs, undefined, { signal }).catch(() => undefined)
    if (signal.aborted || !page.isChanged || server.readers === 0) continue
    const isDrawn = await page.renew().then(
      () => true,
      () => false,
    )
    if (isDrawn) server.tell()
  }
}
