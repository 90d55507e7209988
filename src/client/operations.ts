import { joinPath } from '../core/path.ts'
import type { ResponseBody } from '../core/content.ts'
import type { Operation } from '../core/operation.ts'
import type { Router } from '../core/router.ts'
import { isSafeMethod } from '../core/safe-method.ts'

/** What must be known of an operation to call it. */
export interface OperationEntry {
  readonly method: string
  /** With `:name` and a last `*name`. */
  readonly path: string
  /** How answers are read whose media type does not say so, by status; `default` for every other status. */
  readonly answers?: Readonly<Record<string, 'bytes' | 'raw'>>
  /** Whether a key makes it safe to repeat. */
  readonly idempotent?: true
}

/** Operations by their names in the tree: `{ 'posts.publish': { method: 'POST', path: '/api/posts/:id/publish' } }`. */
export type OperationMap = Readonly<Record<string, OperationEntry>>

/** As much of an OpenAPI document as a client reads. */
export interface DocumentLike {
  readonly openapi: string
  readonly paths?: unknown
}

/**
 * The operations of an API, from its tree or its OpenAPI document. A document does not know hidden operations.
 *
 * @example
 * const api = router('/api', { hello: route.get('/hello', { access: anyone, response: text }, () => 'Hello') })
 * operationMapOf(api)   // => { hello: { method: 'GET', path: '/api/hello' } }
 * @throws TypeError where it is neither.
 */
export function operationMapOf(source: Router | DocumentLike): OperationMap {
  if ('kind' in source) return Object.fromEntries(ofRouter(source, { name: '', prefix: '', idempotent: false }))
  if (typeof source.openapi === 'string') return Object.fromEntries(ofDocument(source))
  throw new TypeError('operationMapOf(source): pass an OpenAPI 3 document, or the router that is the app\'s "api".')
}

type Named = [name: string, entry: OperationEntry]

interface Place {
  readonly name: string
  readonly prefix: string
  /** What the routers above say, where the operation says nothing. */
  readonly idempotent: boolean
}

function ofRouter(router: Router, above: Place): Named[] {
  const { idempotent = above.idempotent } = router.options
  const below = { prefix: joinPath(above.prefix, router.prefix).path, idempotent: idempotent !== false }
  return Object.entries(router.children).flatMap(([key, child]): Named[] => {
    const name = above.name === '' ? key : `${above.name}.${key}`
    if (child.kind === 'router') return ofRouter(child, { ...below, name })
    return [[name, ofOperation(child, below)]]
  })
}

function ofOperation(operation: Operation, above: Omit<Place, 'name'>): OperationEntry {
  const { method, path, response, status, idempotent = above.idempotent } = operation
  const bodies =
    response === undefined || 'kind' in response || '~standard' in response ? { [status]: response } : response
  return entryOf(
    { method, path: joinPath(above.prefix, path).path, idempotent: idempotent !== false },
    Object.entries(bodies).map(([key, body]) => [key, declaredForm(body)]),
  )
}

type Form = 'bytes' | 'raw' | undefined

function declaredForm(body: ResponseBody | undefined): Form {
  return body !== undefined && 'form' in body && (body.form === 'bytes' || body.form === 'raw') ? body.form : undefined
}

interface Called {
  readonly method: string
  readonly path: string
  readonly idempotent: boolean
}

/** One declared success is how every success is read; of several, each by its status. */
function entryOf(
  { method, path, idempotent }: Called,
  forms: readonly (readonly [status: string, form: Form])[],
): OperationEntry {
  const successes = forms.filter(([status]) => /^[23]/.test(status))
  const answers = successes.flatMap(([status, form]) =>
    form === undefined ? [] : [[successes.length === 1 ? 'default' : status, form] as const],
  )
  return {
    method,
    path,
    ...(answers.length > 0 && { answers: Object.fromEntries(answers) }),
    ...(idempotent && !isSafeMethod(method) && { idempotent: true }),
  }
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options', 'trace']

interface DocumentedOperation {
  readonly operationId?: unknown
  readonly responses?: unknown
  readonly parameters?: unknown
  /** Where Ashlar says what the document cannot: the name in the tree, and a parameter that takes the rest of the path. */
  readonly 'x-ashlar'?: { readonly name: string; readonly path: string }
}

function ofDocument({ paths }: DocumentLike): Named[] {
  return entriesOf(paths).flatMap(([template, item]) =>
    entriesOf(item).flatMap(([method, operation]): Named[] => {
      const { operationId, responses, parameters, 'x-ashlar': place } = operation as DocumentedOperation
      if (!METHODS.includes(method) || typeof operationId !== 'string') return []
      const path = place?.path ?? template.replace(/\{([^}]*)\}/g, ':$1')
      const forms = entriesOf(responses).map(([status, response]) => [status, documentedForm(response)] as const)
      const called = { method: method.toUpperCase(), path, idempotent: takesKey(parameters) }
      return [[place?.name ?? operationId, entryOf(called, forms)]]
    }),
  )
}

/** Whoever declares the header of the standard looks at it. */
function takesKey(parameters: unknown): boolean {
  return entriesOf(parameters).some(([, parameter]) => {
    const { in: part, name } = parameter as { readonly in?: unknown; readonly name?: unknown }
    return part === 'header' && String(name).toLowerCase() === 'idempotency-key'
  })
}

/** What the document of Ashlar says: anything at all for a raw response, and a binary string for bytes. */
function documentedForm(response: object): Form {
  for (const [mediaType, media] of entriesOf((response as { readonly content?: unknown }).content)) {
    const { schema } = media as { readonly schema?: { readonly format?: unknown } }
    if (mediaType === '*/*' && schema === undefined) return 'raw'
    if (schema?.format === 'binary') return 'bytes'
  }
  return undefined
}

function entriesOf(value: unknown): [string, object][] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).filter(
    (entry): entry is [string, object] => typeof entry[1] === 'object' && entry[1] !== null,
  )
}
