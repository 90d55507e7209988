import { randomUUID } from 'node:crypto'

/** Twelve bits count within a millisecond. */
const MAX_COUNT = 0xfff
/** A count begins at random in the lower half, so that at least 2,048 fit into a millisecond. */
const MAX_FIRST_COUNT = 0x7ff

/**
 * Makes UUIDs of version 7, each greater than the one before, also within a millisecond and when the clock goes back: new rows go to the
 * end of an index, and the order of ids is that of their making. The state is in the function given: monotonic is what one function makes.
 *
 * Our own, since `crypto.randomUUIDv7` came after the oldest Node we support.
 *
 * @see RFC 9562, sections 5.7 and 6.2, method 1
 */
export function createUuidV7(now: () => number = Date.now): () => string {
  let time = 0
  let count = 0
  return () => {
    const current = now()
    if (current > time) {
      time = current
      count = firstCount()
    } else if (count < MAX_COUNT) {
      count += 1
    } else {
      // The count is used up: the next millisecond is borrowed.
      time += 1
      count = firstCount()
    }
    const hex = time.toString(16).padStart(12, '0')
    // The variant and 62 random bits stand in the same places in versions 4 and 7.
    return `${hex.slice(0, 8)}-${hex.slice(8)}-7${count.toString(16).padStart(3, '0')}-${randomUUID().slice(19)}`
  }
}

function firstCount(): number {
  return Number.parseInt(randomUUID().slice(0, 3), 16) & MAX_FIRST_COUNT
}
