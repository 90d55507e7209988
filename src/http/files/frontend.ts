import Negotiator from 'negotiator'
import { NotFound } from '../../core/errors/index.ts'
import type { Outcome } from '../../core/middleware.ts'
import type { RequestHead } from '../../core/request.ts'
import { isBelow } from '../mounts.ts'
import { FileServer, type FileOptions } from './file-server.ts'

/** A front end that was built into a folder. */
export interface FrontendOptions extends FileOptions {
  /** Where it was built, relative to the working directory, or as a file URL. In production it must be there at start. */
  readonly folder: string | URL
  /**
   * What a browser gets that goes to a path nobody answers: a page below the folder, such as `/app.html`, with 200. Default: `/404.html` with 404 where there is
   * one, else `/index.html`, whose script knows the path. `false`: nothing but the 404. Never below the path of the API, and never what is asked for by a page,
   * such as a script or a picture that is missing.
   */
  readonly fallback?: `/${string}` | false
}

/** Answers with the files of a front end what nobody else answers. */
export class Frontend {
  readonly files: FileServer
  readonly #fallbacks: readonly (readonly [path: string, status: number])[]
  readonly #apiPrefix: string

  constructor({ folder, fallback, ...options }: FrontendOptions, { apiPrefix, replaced }: FrontendPlace) {
    this.files = new FileServer(folder, options, replaced)
    this.#apiPrefix = apiPrefix
    this.#fallbacks = fallbacksOf(fallback)
  }

  /** @throws NotFound where it is neither a file nor a page of the front end. */
  async answer(request: RequestHead): Promise<Outcome> {
    const { method, path } = request
    if (method !== 'GET' && method !== 'HEAD') throw new NotFound()
    const found = await this.files.find(request, path)
    if (found !== undefined) return found
    const isOfApi = this.#apiPrefix !== '' && isBelow(path, this.#apiPrefix)
    if (isOfApi || !isNavigation(request)) throw new NotFound()
    for (const [page, status] of this.#fallbacks) {
      const outcome = await this.files.page(page, method, status)
      if (outcome !== undefined) return outcome
    }
    throw new NotFound()
  }
}

interface FrontendPlace {
  /** The path that all operations of the API have in common, without a slash at the end; empty where there is none. */
  readonly apiPrefix: string
  /** Names of headers that the app says for all its answers. */
  readonly replaced: ReadonlySet<string>
}

function fallbacksOf(fallback: FrontendOptions['fallback']): readonly (readonly [path: string, status: number])[] {
  if (fallback === false) return []
  if (fallback !== undefined) return [[fallback, 200]]
  return [
    ['/404.html', 404],
    ['/index.html', 200],
  ]
}

/** A browser that goes somewhere says that it takes pages; what pages load, and what is no browser, says so of nothing or of everything. */
function isNavigation(request: RequestHead): boolean {
  const accept = request.header('accept')
  if (accept === undefined || !accept.includes('html')) return false
  return new Negotiator({ headers: { accept } })
    .mediaTypes()
    .some((type) => type === 'text/html' || type === 'application/xhtml+xml')
}
