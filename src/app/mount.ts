import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AccessRule } from '../core/access/index.ts'
import type { App } from './app.ts'

export type FetchHandler = (request: Request) => Response | Promise<Response>
export type NodeListener = (request: IncomingMessage, response: ServerResponse) => void

/** Another server under a path of this app. */
export interface Mount {
  readonly path: string
  readonly access: AccessRule | undefined
  readonly target:
    | { readonly type: 'app'; readonly app: App }
    | { readonly type: 'fetch'; readonly handler: FetchHandler }
    | { readonly type: 'node'; readonly listener: NodeListener }
}
