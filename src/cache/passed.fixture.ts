/** Resolves once the clock by which entries go stale has moved on by so much. */
export async function passed(milliseconds: number): Promise<void> {
  const until = performance.now() + milliseconds
  while (performance.now() < until) await new Promise((resolve) => setImmediate(resolve))
}
