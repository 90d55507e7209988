import type { Holder } from '../core/graph/plan.ts'
import type { Problems } from '../core/graph/problems.ts'
import type { MaybePromise } from '../core/maybe-promise.ts'
import { acceptsBigint } from '../schema/index.ts'
import type { Head } from './edge/head.ts'
import { parseJson } from './edge/json.ts'
import { parseMultipartForm, parseUrlencodedForm } from './edge/form.ts'
import { bodyKind } from './edge/media-type.ts'
import type { Limits } from './edge/limits.ts'

/** The parsed body of one request, under the name its declaration has. */
export interface BodyInput {
  readonly body?: unknown
  readonly form?: unknown
}

/** What an operation makes of a body. */
export interface BodyParser {
  /** The inputs where no body was sent. */
  readonly none: BodyInput
  /** Refuses a body of another type, before it is read. */
  accept(head: Head): void
  parse(bytes: Buffer, head: Head, limits: Limits): MaybePromise<BodyInput>
}

const NOTHING: BodyInput = {}

/** How the body of an operation is parsed. One holder may declare it; two are a mistake that names both. */
export function bodyParserOf(name: string, holders: readonly Holder[], problems: Problems): BodyParser {
  const declaring = holders.filter(({ inputs }) => inputs.body !== undefined || inputs.form !== undefined)
  const [first, second] = declaring
  if (first !== undefined && second !== undefined) {
    problems.add(
      name,
      `both "${first.place}" and "${second.place}" declare a body; declare one schema with a key for each, z.object({ a: ..., b: ... })`,
    )
  }
  if (first?.inputs.body !== undefined) return jsonParser(acceptsBigint(first.inputs.body))
  return first?.inputs.form === undefined ? DISCARD : FORM
}

function jsonParser(bigints: boolean): BodyParser {
  return {
    none: NOTHING,
    accept: ({ contentType }) => void bodyKind(contentType, ['json']),
    parse: (bytes, _head, { jsonDepth }) => ({ body: parseJson(bytes, { bigints, depthLimit: jsonDepth }) }),
  }
}

const FORM: BodyParser = {
  none: { form: {} },
  accept: ({ contentType }) => void bodyKind(contentType, ['urlencoded', 'multipart']),
  parse(bytes, { contentType }, { formFields }) {
    if (contentType === undefined || bodyKind(contentType, ['urlencoded', 'multipart']) === 'urlencoded')
      return { form: parseUrlencodedForm(bytes, formFields) }
    return parseMultipartForm(bytes, contentType, formFields).then((form) => ({ form }))
  },
}

/** A body nobody declared is read all the same, so that the limits hold and the connection stays usable. */
const DISCARD: BodyParser = { none: NOTHING, accept: () => undefined, parse: () => NOTHING }
