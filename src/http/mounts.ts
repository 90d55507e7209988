import type { MaybePromise } from '../core/maybe-promise.ts'
import type { Outcome } from '../core/middleware.ts'
import type { Exchange } from './exchange.ts'

/** Answers what lies under one path. */
export type MountHandler = (exchange: Exchange) => MaybePromise<Outcome>

/** What is mounted where; the longest path wins. */
export class MountTable {
  readonly #mounts: (readonly [path: string, handler: MountHandler])[] = []

  get paths(): readonly string[] {
    return this.#mounts.map(([path]) => path)
  }

  add(path: string, handler: MountHandler): void {
    this.#mounts.push([path, handler])
    this.#mounts.sort(([a], [b]) => b.length - a.length)
  }

  find(path: string): MountHandler | undefined {
    for (const [prefix, handler] of this.#mounts) {
      if (isBelow(path, prefix)) return handler
    }
    return undefined
  }
}

export function isBelow(path: string, prefix: string): boolean {
  return path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/')
}
