let controller: AbortController | undefined

/**
 * The signal of this process: the first Ctrl-C, SIGTERM or SIGHUP aborts it, so that a command can
 * print what it has; a second one ends evt at once.
 */
export function interruption(): AbortSignal {
  if (controller) return controller.signal
  const created = new AbortController()
  controller = created
  const interrupt = () => {
    if (created.signal.aborted) process.exit(130)
    created.abort()
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, interrupt)
  return created.signal
}
