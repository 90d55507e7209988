import type { RequestHead } from './request.ts'

/** What code has read of a request by itself, past its declared inputs. */
export interface RequestRead {
  readonly part: 'header' | 'cookie' | 'query' | 'search' | 'method' | 'address' | 'origin' | 'user'
  /** In lower case for a header; empty where the part has no names. */
  readonly name: string
  /** As they were sent. */
  readonly values: readonly string[]
}

/** A head that remembers what is read of it, but for what names the request: its id, host and path. */
export class WatchedHead implements RequestHead {
  readonly #head: RequestHead
  readonly #reads: RequestRead[]

  constructor(head: RequestHead, reads: RequestRead[]) {
    this.#head = head
    this.#reads = reads
  }

  /** For a part that makes nothing of it but what declared inputs say as well. */
  static unwatched(head: RequestHead): RequestHead {
    return head instanceof WatchedHead ? head.#head : head
  }

  get id(): string {
    return this.#head.id
  }

  get method(): string {
    return this.#read('method', '', this.#head.method)
  }

  get path(): string {
    return this.#head.path
  }

  get basePath(): string {
    return this.#head.basePath
  }

  get protocol(): string {
    return this.#head.protocol
  }

  get host(): string {
    return this.#head.host
  }

  get search(): string {
    return this.#read('search', '', this.#head.search)
  }

  get address(): string {
    return this.#read('address', '', this.#head.address)
  }

  get trustedOrigin(): string | undefined {
    return this.#read('origin', '', this.#head.trustedOrigin)
  }

  header(name: string): string | undefined {
    return this.#read('header', name.toLowerCase(), this.#head.header(name))
  }

  headerValues(name: string): readonly string[] {
    return this.#read('header', name.toLowerCase(), this.#head.headerValues(name))
  }

  cookie(name: string): string | undefined {
    return this.#read('cookie', name, this.#head.cookie(name))
  }

  queryValues(name: string): readonly string[] {
    return this.#read('query', name, this.#head.queryValues(name))
  }

  #read<T extends string | readonly string[] | undefined>(part: RequestRead['part'], name: string, value: T): T {
    const values: readonly string[] = value === undefined ? [] : typeof value === 'string' ? [value] : value
    this.#reads.push({ part, name, values })
    return value
  }
}
