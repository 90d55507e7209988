/** All of them together, in each process. */
const MOST_BYTES = 32 * 1024 * 1024
/** What is larger is compressed as it is sent: to hold it twice costs more than that. */
const LARGEST_BYTES = 1024 * 1024

const NAME = Symbol('ashlar.name')
type Named = ReadableStream<Uint8Array> & { [NAME]?: string }

/** Says of a body that it is always the same bytes under this name. What middleware puts in its place has none. */
export function nameBody(body: ReadableStream<Uint8Array>, name: string): ReadableStream<Uint8Array> {
  ;(body as Named)[NAME] = name
  return body
}

/** The name of a body, where it is worth keeping what it was turned into. */
export function nameOfBody(body: ReadableStream<Uint8Array>, length: number | undefined): string | undefined {
  return length === undefined || length > LARGEST_BYTES ? undefined : (body as Named)[NAME]
}

/** Bodies by name, as many as there is room for; what was asked for longest ago goes first. */
export class KeptBodies {
  readonly #bodies = new Map<string, Uint8Array>()
  readonly #mostBytes: number
  #bytes = 0

  constructor(mostBytes: number = MOST_BYTES) {
    this.#mostBytes = mostBytes
  }

  get(name: string): Uint8Array | undefined {
    const body = this.#bodies.get(name)
    if (body === undefined) return undefined
    this.#bodies.delete(name)
    this.#bodies.set(name, body)
    return body
  }

  set(name: string, body: Uint8Array): void {
    this.#drop(name)
    this.#bodies.set(name, body)
    this.#bytes += body.byteLength
    for (const oldest of this.#bodies.keys()) {
      if (this.#bytes <= this.#mostBytes) return
      this.#drop(oldest)
    }
  }

  #drop(name: string): void {
    this.#bytes -= this.#bodies.get(name)?.byteLength ?? 0
    this.#bodies.delete(name)
  }
}
