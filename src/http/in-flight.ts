import type { Exchange } from './exchange.ts'

/** The exchanges that are not finished. Each knows its place, so that both ways in and out are one step. */
export class InFlight implements Iterable<Exchange> {
  readonly #exchanges: Exchange[] = []

  get size(): number {
    return this.#exchanges.length
  }

  add(exchange: Exchange): void {
    exchange.place = this.#exchanges.length
    this.#exchanges.push(exchange)
  }

  /** Puts the last one into the place that becomes free. Asking twice is harmless. */
  delete(exchange: Exchange): void {
    if (exchange.place < 0) return
    const last = this.#exchanges.pop() as Exchange
    if (last !== exchange) {
      this.#exchanges[exchange.place] = last
      last.place = exchange.place
    }
    exchange.place = -1
  }

  /** A copy, since answering one takes it out. */
  [Symbol.iterator](): Iterator<Exchange> {
    return [...this.#exchanges][Symbol.iterator]()
  }
}
