import { realpathSync, statSync } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What a path leads to. */
export type Found = { readonly kind: 'file'; readonly file: string } | { readonly kind: 'folder' }

const INDEX = 'index.html'
/** The one name with a dot in front that is meant to be asked for (RFC 8615). */
const WELL_KNOWN = '.well-known'

/**
 * A folder whose files may be sent. It reads the canonical path alone, which has no empty and no dot segments and no encoded slashes: each segment is decoded
 * once, here, and names one entry of a folder. What lies outside, after all symbolic links, is not there.
 */
export class FileFolder {
  readonly path: string
  #root: string | undefined

  /** @param folder - Relative to the working directory, where it is not a file URL or absolute. */
  constructor(folder: string | URL) {
    this.path = folder instanceof URL ? fileURLToPath(folder) : resolve(folder)
    this.#root = this.#resolved()
  }

  /** Whether it is there. */
  get exists(): boolean {
    this.#root ??= this.#resolved()
    return this.#root !== undefined
  }

  /** @param path - Canonical, with a slash in front. With one at the end it is a folder, which its `index.html` stands for. */
  async find(path: string): Promise<Found | undefined> {
    const segments = segmentsOf(path)
    if (segments === undefined || !this.exists) return undefined
    const isFolder = segments.at(-1) === ''
    const found = await this.#entry(isFolder ? [...segments.slice(0, -1), INDEX] : segments)
    if (found?.kind !== 'folder') return found
    return isFolder || (await this.#entry([...segments, INDEX]))?.kind !== 'file' ? undefined : found
  }

  async #entry(segments: readonly string[]): Promise<Found | undefined> {
    const root = this.#root ?? ''
    try {
      const file = await realpath(join(root, ...segments))
      if (file !== root && !this.#holds(root, file)) return undefined
      const found = await stat(file)
      if (found.isDirectory()) return { kind: 'folder' }
      // A pipe or a device would be waited for.
      return found.isFile() ? { kind: 'file', file } : undefined
    } catch {
      // Not there, not to be read, a loop of links, a name that is too long: for who asks it is all the same.
      return undefined
    }
  }

  #holds(root: string, file: string): boolean {
    const inside = root.endsWith(sep) ? root : root + sep
    return file.startsWith(inside) && file.slice(inside.length).split(sep).every(isShown)
  }

  #resolved(): string | undefined {
    try {
      const root = realpathSync(this.path)
      return statSync(root).isDirectory() ? root : undefined
    } catch {
      return undefined
    }
  }
}

/** The names of a canonical path, decoded; `undefined` where one of them names no file that is shown. */
function segmentsOf(path: string): string[] | undefined {
  if (!path.startsWith('/')) return undefined
  const segments = path.slice(1).split('/')
  const names: string[] = []
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1
    const name = decoded(segment)
    if (name === undefined || (name === '' ? !isLast : !isShown(name, index))) return undefined
    names.push(name)
  }
  return names
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}

/** The colon begins a stream of a file on Windows; the others are refused long before, and must not become two names here either. */
function isShown(name: string, index: number): boolean {
  return (!name.startsWith('.') || (index === 0 && name === WELL_KNOWN)) && !/[/\\:\0]/.test(name)
}
