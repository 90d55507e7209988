import type { Holder } from '../core/graph/plan.ts'
import type { Problems } from '../core/graph/problems.ts'
import type { MaybePromise } from '../core/maybe-promise.ts'
import { acceptsBigint } from '../schema/index.ts'
import { parseJson } from './edge/json.ts'
import { parseMultipartForm, parseUrlencodedForm } from './edge/form.ts'
import { bodyKind } from './edge/media-type.ts'
import type { Limits } from './edge/limits.ts'
import type { Incoming } from './incoming.ts'

/** The parsed body of one request, under the name its declaration has. */
export interface BodyInput {
  readonly body?: unknown
  readonly form?: unknown
}

/** Reads a body and parses it as its operation declares; `undefined` where none was sent. */
export type BodyReader = (incoming: Incoming, limits: Limits) => MaybePromise<BodyInput>

const NOTHING: BodyInput = {}

/** How the body of an operation is read. One holder may declare it; two are a mistake that names both. */
export function bodyReaderOf(name: string, holders: readonly Holder[], problems: Problems): BodyReader {
  const declaring = holders.filter(({ inputs }) => inputs.body !== undefined || inputs.form !== undefined)
  const [first, second] = declaring
  if (first !== undefined && second !== undefined) {
    problems.add(
      name,
      `both "${first.place}" and "${second.place}" declare a body; declare one schema with a key for each, z.object({ a: ..., b: ... })`,
    )
  }
  if (first?.inputs.body !== undefined) {
    const bigints = acceptsBigint(first.inputs.body)
    return (incoming, limits) => {
      if (!incoming.head.hasBody) return NOTHING
      bodyKind(incoming.head.contentType, ['json'])
      const options = { bigints, depthLimit: limits.jsonDepth }
      return incoming.readBody(limits.bodyBytes).then((bytes) => ({ body: parseJson(bytes, options) }))
    }
  }
  if (first?.inputs.form !== undefined) {
    return async (incoming, limits) => {
      if (!incoming.head.hasBody) return { form: {} }
      const { contentType } = incoming.head
      const kind = bodyKind(contentType, ['urlencoded', 'multipart'])
      const bytes = await incoming.readBody(limits.bodyBytes)
      if (kind === 'urlencoded' || contentType === undefined)
        return { form: parseUrlencodedForm(bytes, limits.formFields) }
      return { form: await parseMultipartForm(bytes, contentType, limits.formFields) }
    }
  }
  return discard
}

/** A body nobody declared is read all the same, so that the limits hold and the connection stays usable. */
function discard(incoming: Incoming, limits: Limits): MaybePromise<BodyInput> {
  return incoming.head.hasBody ? incoming.readBody(limits.bodyBytes).then(() => NOTHING) : NOTHING
}
