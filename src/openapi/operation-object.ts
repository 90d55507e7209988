import type { OperationDescription } from '../core/description.ts'
import type { PlacedOperation } from '../core/tree.ts'
import type { ErrorFormat } from '../core/errors/index.ts'
import type { SchemaCollector } from '../schema/index.ts'
import { errorResponses } from './error-responses.ts'
import type { ErrorSchemas } from './error-schemas.ts'
import { parametersOf } from './parameters.ts'
import { requestBodyOf } from './request-body.ts'
import { successResponses } from './responses.ts'
import { accessInWords, type SecuritySchemes } from './security.ts'
import { summaryOf } from './summary.ts'
import type { JsonObject, OperationObject, ResponseObject } from './types.ts'

/** What the operations of one document share. */
export interface Shared {
  readonly collector: SchemaCollector
  readonly errors: ErrorSchemas
  readonly format: ErrorFormat
  readonly security: SecuritySchemes
  /** The path under which a proxy or another app serves this one; URLs that stand in no path item need it. */
  readonly root: string
}

/** One operation object, without what the user merges into it. */
export function operationObject(description: OperationDescription, shared: Shared): OperationObject {
  const { placed, plan, access } = description
  const { documentation, gives } = placed.operation
  if (gives !== undefined) shared.security.addFlows(gives, shared.root + placed.path)
  const parameters = [...parametersOf(placed, plan.holders, shared.collector), ...policyParameters(placed)]
  const requestBody = requestBodyOf(plan.holders, documentation.examples, shared.collector)
  return {
    ...(placed.tags.length === 0 ? {} : { tags: [...placed.tags] }),
    summary: documentation.summary ?? summaryOf(placed.name),
    ...(documentation.description === undefined ? {} : { description: documentation.description }),
    operationId: placed.name,
    ...placeOf(placed),
    ...(placed.deprecated === undefined || placed.deprecated === false ? {} : { deprecated: true }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(requestBody === undefined ? {} : { requestBody }),
    responses: bothResponses(
      withPolicies(successResponses(placed, shared.collector), placed),
      errorResponses(description, shared.format, shared.errors),
    ),
    security: shared.security.requirements(placed.name, access),
    'x-access': accessInWords(access),
  }
}

function policyParameters({ policies }: PlacedOperation): JsonObject[] {
  return policies.flatMap(({ document }) => [...(document?.parameters ?? [])])
}

/** What the policies of an operation add to its answers: headers, and statuses without a body. */
function withPolicies(answers: Responses, { policies }: PlacedOperation): Responses {
  const more: Responses = { ...answers }
  for (const { document = {} } of policies) {
    for (const [status, answer] of Object.entries(more))
      more[status] = { ...answer, headers: { ...answer.headers, ...document.responseHeaders } }
    for (const [status, description] of Object.entries(document.statuses ?? {})) more[status] ??= { description }
  }
  return more
}

/** What the rest of the object cannot say of an operation's place: a client made from the document needs it. */
function placeOf({ name, place, path }: PlacedOperation): JsonObject {
  return name === place && !path.includes('*') ? {} : { 'x-ashlar': { name: place, path } }
}

type Responses = { [status: string]: ResponseObject }

/** A status that is both declared as an answer and given by an error has the content of both. */
function bothResponses(answers: Responses, errors: Responses): Responses {
  const both: Responses = { ...answers, ...errors }
  for (const [status, answer] of Object.entries(answers)) {
    const error = errors[status]
    if (error === undefined) continue
    const content = { ...error.content }
    for (const [mediaType, media] of Object.entries(answer.content ?? {})) {
      const other = content[mediaType]
      content[mediaType] = other === undefined ? media : eitherMedia(media, other)
    }
    both[status] = { description: error.description, headers: { ...answer.headers, ...error.headers }, content }
  }
  return both
}

/** The error's schema is filled in when all components have their names, so it is read through its media type object only then. */
function eitherMedia(answer: { schema?: unknown }, error: { schema?: unknown }): { schema: unknown } {
  return {
    get schema() {
      return { anyOf: [answer.schema, error.schema] }
    },
  }
}
