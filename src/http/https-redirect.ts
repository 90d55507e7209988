import type { Outcome } from '../core/middleware.ts'
import type { RequestHead } from '../core/request.ts'

/** What is asked for over http, and is answered all the same. */
export interface HttpsRedirectOptions {
  /** Paths that are answered over http too, besides those at which the app tells its health, and by token its metrics, to who runs it. */
  readonly except?: readonly string[]
}

/** Sends who asks over http to the same place over https, with the same method: 308. */
export class HttpsRedirect {
  readonly #except: ReadonlySet<string>

  readonly #rootPath: string | undefined

  /** @param rootPath - The path under which a proxy serves the app, where it is said. */
  constructor(except: readonly string[], rootPath: string | undefined) {
    this.#rootPath = rootPath
    this.#except = new Set(except)
  }

  /** The host is on the list of allowed ones by now, and its port is not https's. */
  for({ protocol, host, path, basePath, search }: RequestHead): Outcome | undefined {
    if (protocol === 'https' || path === '*' || this.#except.has(path)) return undefined
    const query = search === '' ? '' : `?${search}`
    const location = `https://${host.replace(/:\d+$/, '')}${this.#rootPath ?? basePath}${path}${query}`
    return { status: 308, headers: new Map([['location', location]]), cookies: [], body: undefined }
  }
}
