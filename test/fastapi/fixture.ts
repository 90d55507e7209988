import { createApp, router, type App, type AppDefinition, type Router, type RouterOptions } from 'ashlar'

type Children = Router['children']

/** An app of these operations that answers as a FastAPI app would. */
export function appOf(
  children: Children,
  changes: Partial<AppDefinition> & { readonly root?: RouterOptions } = {},
): App {
  const { root = {}, ...definition } = changes
  return createApp({
    title: 'Parity',
    version: '1.0.0',
    environment: 'test',
    errors: 'fastapi',
    ...definition,
    api: router('', root, children),
  })
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** Parsed where it is JSON, else text. */
  readonly body: unknown
}

/** Asks an app in process, through the whole kernel. */
export async function ask(
  app: App,
  path: string,
  init: RequestInit & { readonly json?: unknown } = {},
): Promise<Answer> {
  const { json, ...rest } = init
  const request =
    json === undefined
      ? rest
      : { method: 'POST', ...rest, body: JSON.stringify(json), headers: { 'content-type': 'application/json' } }
  const response = await app.fetch(new Request(`http://localhost${path}`, request))
  const text = await response.text()
  const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '')
  return { status: response.status, headers: response.headers, body: isJson && text !== '' ? JSON.parse(text) : text }
}

/** The `detail` list of a 422. */
export async function problemsOf(...args: Parameters<typeof ask>): Promise<readonly Record<string, unknown>[]> {
  const { status, body } = await ask(...args)
  if (status !== 422) throw new Error(`Expected 422, got ${status}: ${JSON.stringify(body)}`)
  return (body as { detail: Record<string, unknown>[] }).detail
}

type Node = Readonly<Record<string, never>>

/** One operation object of the document. */
export function documented(app: App, path: string, method = 'get'): Readonly<Record<string, unknown>> {
  const paths = app.openapi().paths as unknown as Readonly<Record<string, Readonly<Record<string, Node>>>>
  const found = paths[path]?.[method]
  if (found === undefined)
    throw new Error(`${method} ${path} is not documented; there are ${Object.keys(paths).join(', ')}`)
  return found
}
