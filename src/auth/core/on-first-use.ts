/** What is made when it is first asked for, and then kept. For parts that an app can start without. */
export function onFirstUse<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}
