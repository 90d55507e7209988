import { basename } from 'node:path'
import { NotFound, MethodNotAllowed } from '../../core/errors/index.ts'
import type { Outcome } from '../../core/middleware.ts'
import type { RequestHead } from '../../core/request.ts'
import { checkHeader, contentDisposition } from '../edge/header-value.ts'
import { fileAnswer } from './file-answer.ts'
import { FileFolder } from './file-folder.ts'

/** How files are sent. */
export interface FileOptions {
  /**
   * Which paths below the folder name their content, such as `/^\/assets\//`: browsers keep them for a year and do not ask again. Default: names with a hash of
   * at least 8 hexadecimal digits, and names in a folder `assets` that end in `-` and 8 characters as bundlers write them. All others are asked for each time,
   * and not sent again where they are the same.
   */
  readonly immutable?: RegExp
  /** Headers of these files, in place of {@link FILE_HEADERS} and of the app's. */
  readonly headers?: Readonly<Record<string, string>>
  /** Whether browsers save them, under their own name, in place of showing them. Default `false`. */
  readonly download?: boolean
}

/**
 * Headers of files besides those of every answer: pages may load what is of their own origin, run no script that stands in them, and be framed by nobody. Forms
 * of a page say where they are from, which `no-referrer` would hide.
 *
 * @example
 * FILE_HEADERS['referrer-policy']   // => 'same-origin'
 */
export const FILE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; '),
  'referrer-policy': 'same-origin',
}

export const FILE_METHODS = 'GET, HEAD, OPTIONS'

const FOR_EVER = 'public, max-age=31536000, immutable'
const ASK_EACH_TIME = 'no-cache'
const HEX_HASH = /[.-](?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{8,64}\.\w+$/
const BUNDLED = /\/assets\/(?:[^/]+\/)*[^/]+-(?=[\w-]*\d)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{8}\.\w+$/

/** Sends the files of a folder. */
export class FileServer {
  readonly folder: FileFolder
  readonly #options: FileOptions
  readonly #headers: readonly (readonly [name: string, value: string])[]

  /**
   * @param replaced - Names of headers that the app says for all its answers.
   * @throws TypeError for a header that cannot be written.
   */
  constructor(folder: string | URL, options: FileOptions = {}, replaced: ReadonlySet<string> = new Set()) {
    this.folder = new FileFolder(folder)
    this.#options = options
    const own = Object.entries(options.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const)
    for (const [name, value] of own) checkHeader(name, value)
    const defaults = Object.entries(FILE_HEADERS).filter(([name]) => !replaced.has(name))
    this.#headers = [...new Map([...defaults, ...own])]
  }

  /** @param path - Below the folder, canonical. @throws NotFound, MethodNotAllowed, and as {@link fileAnswer} does. */
  async answer(request: RequestHead, path: string): Promise<Outcome> {
    const { method } = request
    if (method === 'OPTIONS')
      return { status: 204, headers: new Map([['allow', FILE_METHODS]]), cookies: [], body: undefined }
    if (method !== 'GET' && method !== 'HEAD')
      throw new MethodNotAllowed(undefined, { headers: { allow: FILE_METHODS } })
    const answer = await this.find(request, path)
    if (answer === undefined) throw new NotFound()
    return answer
  }

  /** The file at a path, or the way to the folder that is meant; `undefined` where there is none. */
  async find(request: RequestHead, path: string): Promise<Outcome | undefined> {
    const found = await this.folder.find(path)
    if (found === undefined) return undefined
    if (found.kind === 'folder') return toFolder(request)
    const outcome = this.#dressed(
      await fileAnswer(found.file, request),
      this.#isForEver(path) ? FOR_EVER : ASK_EACH_TIME,
    )
    if (this.#options.download === true)
      outcome.headers.set('content-disposition', contentDisposition('attachment', basename(found.file)))
    return outcome
  }

  /** A page in the place of what is not there, whatever the request says of conditions and ranges. */
  async page(path: string, method: string, status: number): Promise<Outcome | undefined> {
    const found = await this.folder.find(path)
    if (found?.kind !== 'file') return undefined
    const outcome = this.#dressed(await fileAnswer(found.file, { method, header: () => undefined }), ASK_EACH_TIME)
    outcome.status = status
    for (const name of ['accept-ranges', 'etag', 'last-modified']) outcome.headers.delete(name)
    return outcome
  }

  #isForEver(path: string): boolean {
    const { immutable } = this.#options
    return immutable === undefined ? HEX_HASH.test(path) || BUNDLED.test(path) : path.search(immutable) >= 0
  }

  #dressed(outcome: Outcome, cacheControl: string): Outcome {
    outcome.headers.set('cache-control', cacheControl)
    for (const [name, value] of this.#headers) outcome.headers.set(name, value)
    return outcome
  }
}

/** What a page of a folder names relative to itself is below the folder only with the slash. */
function toFolder({ path, search }: RequestHead): Outcome {
  // Relative to where the client is, which a proxy in front may call otherwise.
  const location = `./${path.slice(path.lastIndexOf('/') + 1)}/${search === '' ? '' : `?${search}`}`
  return { status: 307, headers: new Map([['location', location]]), cookies: [], body: undefined }
}
