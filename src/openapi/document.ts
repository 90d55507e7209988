import { Problems } from '../core/graph/problems.ts'
import { createSchemaCollector } from '../schema/index.ts'
import { RESPONSE_HEADERS } from './error-responses.ts'
import { ErrorSchemas } from './error-schemas.ts'
import { deepMerge } from './merge.ts'
import { operationObject, type Shared } from './operation-object.ts'
import { toPathTemplate } from './path-template.ts'
import { checkPlaces } from './paths.ts'
import { toPlainJson } from './plain.ts'
import { SecuritySchemes } from './security.ts'
import type { DocumentInfo, DocumentSource } from './source.ts'
import type { JsonObject, OpenApiDocument, OperationObject } from './types.ts'

/**
 * Builds the OpenAPI 3.1 document of an API. The same definition always gives the same document, byte for byte.
 *
 * @example
 * const { operations } = createApp({ title: 'Blog', version: '1.0.0', api: router('/api', {}) })
 * const document = buildDocument({ info: { title: 'Blog', version: '1.0.0' }, operations, errors: problemFormat })
 * document.openapi   // => '3.1.1'
 * @throws DefinitionError where two operations have one name or one place, or two authenticators one name.
 * @throws TypeError where something merged into the document is not JSON.
 * @see OpenAPI Specification 3.1.1
 */
export function buildDocument({ info, operations, errors }: DocumentSource): OpenApiDocument {
  const problems = new Problems()
  const shown = operations.filter(({ placed }) => !placed.hidden)
  checkPlaces(operations, problems)
  const collector = createSchemaCollector()
  const shared: Shared = {
    collector,
    errors: new ErrorSchemas(errors, collector),
    format: errors,
    security: new SecuritySchemes(problems),
    root: rootOf(info),
  }
  const described = shown.map((description) => ({
    placed: description.placed,
    object: operationObject(description, shared),
  }))
  problems.throwIfAny()
  const components = componentsOf(shared, headersIn(described.map(({ object }) => object)))
  // Only now, since merging copies: until all components are collected a reference can still change its name.
  const paths: { [path: string]: JsonObject } = {}
  for (const { placed, object } of described) {
    const item = (paths[toPathTemplate(placed.path)] ??= {})
    item[placed.operation.method.toLowerCase()] = deepMerge(object, placed.operation.documentation.openapi ?? {})
  }
  const document = deepMerge({ ...head(info), paths, ...tail(info, components) }, info.openapi ?? {})
  // The shape is that of `head`, whatever was merged into it.
  return toPlainJson(document) as OpenApiDocument
}

/** The shared headers that some response refers to. */
function headersIn(operations: readonly OperationObject[]): JsonObject {
  const text = JSON.stringify(operations.map(({ responses }) => Object.values(responses).map(({ headers }) => headers)))
  const used = Object.entries(RESPONSE_HEADERS).filter(([name]) => text.includes(`"#/components/headers/${name}"`))
  return Object.fromEntries(used)
}

function componentsOf({ collector, errors, security }: Shared, headers: JsonObject): JsonObject {
  const schemas: Record<string, JsonObject> = { ...collector.components() }
  errors.settle(schemas)
  const sorted = Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))
  const securitySchemes = security.components()
  return {
    ...(sorted.length === 0 ? {} : { schemas: Object.fromEntries(sorted) }),
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    ...(Object.keys(securitySchemes).length === 0 ? {} : { securitySchemes }),
  }
}

function head(info: DocumentInfo): JsonObject {
  const { title, summary, description, termsOfService, contact, license, version } = info
  return {
    openapi: '3.1.1',
    info: { title, summary, description, termsOfService, contact, license, version },
    servers: serversOf(info),
  }
}

/** Without any, the server that serves the document; where a proxy serves it under a path, that path first. */
function serversOf(info: DocumentInfo): readonly unknown[] {
  const { servers = [] } = info
  const root = rootOf(info)
  if (root === '') return servers.length === 0 ? [{ url: '/' }] : servers
  return servers.some(({ url }) => url === root) ? servers : [{ url: root }, ...servers]
}

function rootOf({ rootPath = '' }: DocumentInfo): string {
  return rootPath.replace(/\/$/, '')
}

function tail({ webhooks, tags, externalDocs }: DocumentInfo, components: JsonObject): JsonObject {
  return {
    ...(webhooks === undefined ? {} : { webhooks }),
    ...(Object.keys(components).length === 0 ? {} : { components }),
    ...(tags === undefined ? {} : { tags }),
    ...(externalDocs === undefined ? {} : { externalDocs }),
  }
}
