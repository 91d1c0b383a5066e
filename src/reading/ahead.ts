/** Asks for up to `count` items before they are wanted, so that they are made meanwhile. */
export async function* ahead<T>(items: AsyncGenerator<T>, count: number): AsyncGenerator<T> {
  const pending: Promise<IteratorResult<T>>[] = []
  const ask = () => {
    const next = items.next()
    // Its failure belongs to whoever takes it, also when that is later or never.
    next.catch(() => undefined)
    pending.push(next)
  }
  try {
    for (;;) {
      while (pending.length <= count) ask()
      const next = await pending.shift()
      if (!next || next.done) return
      yield next.value
    }
  } finally {
    await Promise.allSettled(pending)
    await items.return(undefined)
  }
}
