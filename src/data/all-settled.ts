/**
 * The results of all, in order, once none of them goes on any more: the first in order that failed is thrown. Where `Promise.all` throws, the
 * others go on, and what they send after the transaction has ended would be saved.
 */
export async function allSettled<T>(all: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(all)
  return settled.map((each) => {
    if (each.status === 'rejected') throw each.reason
    return each.value
  })
}
