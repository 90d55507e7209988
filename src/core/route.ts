import type { AccessRule } from './access/rule.ts'
import type { ResponseDeclaration } from './content.ts'
import type { Uses } from './dependency.ts'
import type { ErrorClass } from './errors/index.ts'
import { inputsOf, type InputDeclarations } from './inputs.ts'
import type { Method, Operation } from './operation.ts'
import { listOf } from './policy/policy.ts'
import type { Answer, Conduct, Preset, PresetConfig, Route, Shared } from './route-types.ts'

/**
 * Declares an operation. `access` is required: without it the call does not compile, and the app does not start. Path parameters are strings
 * where there is no `params` schema. A plain result is answered with 200, or 204 where there is no `response`.
 *
 * @example
 * const readPost = route.get('/posts/:id', { access: anyone, uses: { blog }, response: Post, errors: [NotFound] },
 *   ({ params, blog }) => blog.read(params.id))
 */
export const route: Route = makeRoute({
  uses: {},
  access: undefined,
  errors: [],
  tags: [],
  middleware: [],
  conduct: {},
})

type AnyOptions = Shared<Uses, ErrorClass> &
  InputDeclarations &
  Answer<ResponseDeclaration> & { readonly access?: AccessRule }

function makeRoute<U extends Uses, Rule extends AccessRule, E extends ErrorClass>(preset: Preset): Route<U, Rule, E> {
  const of = (method: Method) => (path: string, options: AnyOptions, handler: (context: never) => unknown) =>
    operation(method, path, options, handler, preset)
  const verbs = {
    get: of('GET'),
    head: of('HEAD'),
    options: of('OPTIONS'),
    trace: of('TRACE'),
    post: of('POST'),
    put: of('PUT'),
    patch: of('PATCH'),
    delete: of('DELETE'),
    with: (more: PresetConfig<Uses, AccessRule, ErrorClass>) =>
      makeRoute({
        uses: { ...preset.uses, ...more.uses },
        access: more.access ?? preset.access,
        errors: [...preset.errors, ...(more.errors ?? [])],
        tags: [...preset.tags, ...(more.tags ?? [])],
        middleware: [...preset.middleware, ...(more.middleware ?? [])],
        conduct: conductOf(preset.conduct, more),
      }),
  }
  // The verbs' generic signatures cannot be stated on one closure; what they promise is what `operation` builds.
  return verbs as unknown as Route<U, Rule, E>
}

// eslint-disable-next-line max-params -- private, and called at one place
function operation(
  method: Method,
  path: string,
  options: AnyOptions,
  handler: (context: never) => unknown,
  preset: Preset,
): Operation {
  return {
    kind: 'operation',
    method,
    path,
    // A missing rule is a type error; from JavaScript it becomes an error at start, which names the operation.
    access: (options.access ?? preset.access) as AccessRule,
    inputs: inputsOf(options),
    uses: { ...preset.uses, ...options.uses },
    response: options.response,
    status: options.status ?? (options.response === undefined ? 204 : 200),
    errors: [...preset.errors, ...(options.errors ?? [])],
    middleware: [...preset.middleware, ...(options.middleware ?? [])],
    ...declaredConduct(conductOf(preset.conduct, options)),
    ...(options.cache !== undefined && { cache: options.cache }),
    documentation: { ...options, tags: [...preset.tags, ...(options.tags ?? [])] },
    handler,
  }
}

/** Limits are added; of the others the inner one holds. */
function conductOf(outer: Conduct, inner: Conduct): Conduct {
  const idempotent = inner.idempotent ?? outer.idempotent
  const timeoutMs = inner.timeoutMs ?? outer.timeoutMs
  return {
    limit: [...listOf(outer.limit), ...listOf(inner.limit)],
    ...(idempotent !== undefined && { idempotent }),
    ...(timeoutMs !== undefined && { timeoutMs }),
  }
}

/** What is not asked for stands in no operation: most have none of it. */
function declaredConduct({ limit, ...others }: Conduct): Pick<Operation, 'limit' | 'idempotent' | 'timeoutMs'> {
  const limits = listOf(limit)
  return { ...others, ...(limits.length > 0 && { limit: limits }) }
}
