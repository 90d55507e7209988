import type { MaybePromise } from '../core/maybe-promise.ts'
import type { Outcome } from '../core/middleware.ts'
import type { Cors } from './cors.ts'
import type { Exchange } from './exchange.ts'

/** Answers what lies under one path. */
export type MountHandler = (exchange: Exchange) => MaybePromise<Outcome>

/** What is mounted, as the kernel sees it. */
export interface Mounted {
  readonly answer: MountHandler
  /** The methods of a path, with the mount's own in front; `undefined` for one that is not known. Absent where nobody here knows. */
  readonly allowAt?: (path: string) => string | undefined
  /** Where it says itself which pages of other origins may call it. */
  readonly cors?: Cors | undefined
}

/** What is mounted where; the longest path wins. */
export class MountTable {
  readonly #mounts: (readonly [path: string, mounted: Mounted])[] = []

  get paths(): readonly string[] {
    return this.#mounts.map(([path]) => path)
  }

  add(path: string, mounted: Mounted): void {
    this.#mounts.push([path, mounted])
    this.#mounts.sort(([a], [b]) => b.length - a.length)
  }

  find(path: string): Mounted | undefined {
    for (const [prefix, mounted] of this.#mounts) {
      if (isBelow(path, prefix)) return mounted
    }
    return undefined
  }
}

export function isBelow(path: string, prefix: string): boolean {
  return path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/')
}
