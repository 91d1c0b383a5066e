let controller: AbortController | undefined

/**
 * Aborts when the reader of the output has gone. Who asks for it is given time to remove what it
 * made elsewhere; without anybody who does, evt ends at once.
 */
export function outputClosing(): AbortSignal {
  controller ??= new AbortController()
  return controller.signal
}

/** Whether somebody ends by {@link outputClosing}, now that the output is closed. */
export function closeOutput(): boolean {
  controller?.abort()
  return controller !== undefined
}

export function isOutputClosed(): boolean {
  return controller?.signal.aborted === true
}
