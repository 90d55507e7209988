import { watch, type FSWatcher } from 'node:fs'
import { dirname, join } from 'node:path'

/** An editor writes a file in several steps, and a branch is many files: they count as one change. */
const SETTLE_MS = 60

/** Watches files and folders that are named one after another. */
export class FileWatch {
  readonly #files = new Set<string>()
  readonly #folders = new Set<string>()
  readonly #watchers = new Map<string, FSWatcher>()
  #changed = Promise.withResolvers<string>()
  #timer: NodeJS.Timeout | undefined

  addFile(path: string): void {
    this.#files.add(path)
    this.#watch(dirname(path))
  }

  addFolder(path: string): void {
    this.#folders.add(path)
    this.#watch(path)
  }

  get size(): number {
    return this.#files.size
  }

  /** The path of the first file that has changed since the last {@link forget}. */
  get changed(): Promise<string> {
    return this.#changed.promise
  }

  /** Changes so far are done with. */
  forget(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#changed = Promise.withResolvers<string>()
  }

  close(): void {
    clearTimeout(this.#timer)
    for (const watcher of this.#watchers.values()) watcher.close()
  }

  /** The folder, not the file: editors replace files by new ones of the same name. */
  #watch(folder: string): void {
    if (this.#watchers.has(folder)) return
    try {
      const watcher = watch(folder, (_, name) => this.#onEvent(folder, name))
      watcher.on('error', () => this.#unwatch(folder))
      this.#watchers.set(folder, watcher)
    } catch {
      // It does not exist: there is nothing to see yet.
    }
  }

  #unwatch(folder: string): void {
    this.#watchers.get(folder)?.close()
    this.#watchers.delete(folder)
  }

  #onEvent(folder: string, name: string | null): void {
    const path = join(folder, name ?? '')
    if (!this.#folders.has(folder) && !this.#files.has(path)) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#changed.resolve(path), SETTLE_MS)
  }
}
