import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AccessRule } from '../core/access/index.ts'
import type { FileOptions } from '../http/files/file-server.ts'
import type { App } from './app.ts'

/** A server as a function of the web platform: Hono and other web frameworks have one. */
export type FetchHandler = (request: Request) => Response | Promise<Response>
/** A server as a listener of Node's: an Express app is one. Where it returns a promise, its failure is the request's. */
export type NodeListener = (request: IncomingMessage, response: ServerResponse) => unknown

/** Another server under a path of this app. */
export interface Mount {
  readonly path: string
  readonly access: AccessRule | undefined
  readonly target: MountTarget
}

export type MountTarget =
  | { readonly type: 'app'; readonly app: App }
  | { readonly type: 'fetch'; readonly handler: FetchHandler }
  | { readonly type: 'node'; readonly listener: NodeListener }
  | { readonly type: 'files'; readonly folder: string | URL; readonly options: FileOptions }

/** A server that is not an Ashlar app says who may reach it; an app's operations say so themselves. */
export type MountOptions =
  | { readonly access: AccessRule; readonly fetch: FetchHandler }
  | { readonly access: AccessRule; readonly listener: NodeListener }
  | FilesMount

/** Files of a folder, which is there at start: relative to the working directory, or as a file URL. Below it nothing is hidden but names that begin with a dot. */
export interface FilesMount extends FileOptions {
  readonly access: AccessRule
  readonly files: string | URL
}

/** The Ashlar apps among what is mounted. */
export function mountedApps({ mounts = [] }: { readonly mounts?: readonly Mount[] }): readonly App[] {
  return mounts.flatMap(({ target }) => (target.type === 'app' ? [target.app] : []))
}

/**
 * Puts another server under a path: an Ashlar app with documents of its own, a fetch handler (Hono, a web framework), a Node
 * listener (Express, Connect), or the files of a folder. It sees paths without the prefix. The outer app's limit on a handler's time holds for apps and fetch handlers; a
 * Node listener reads the request itself, within limits of its own.
 *
 * @example
 * const mounts = [mount('/admin', adminApp), mount('/legacy', { access: role('staff'), listener: expressApp }), mount('/docs-src', { access: anyone, files: 'docs' })]
 * createApp({ title: 'Blog', version: '1.0.0', api, mounts })
 */
export function mount(path: `/${string}`, target: App | MountOptions): Mount {
  if ('definition' in target) return { path, access: undefined, target: { type: 'app', app: target } }
  const { access } = target
  if ('files' in target) return { path, access, target: { type: 'files', folder: target.files, options: target } }
  if ('fetch' in target) return { path, access, target: { type: 'fetch', handler: target.fetch } }
  return { path, access, target: { type: 'node', listener: target.listener } }
}
