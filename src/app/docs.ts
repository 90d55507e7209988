import { z } from 'zod'
import { anyone } from '../core/access/index.ts'
import { bytes, html, type Content } from '../core/content.ts'
import type { OperationDescription } from '../core/description.ts'
import { NotFound, type ErrorFormat } from '../core/errors/index.ts'
import { reply } from '../core/reply.ts'
import type { RequestHead } from '../core/request.ts'
import { route } from '../core/route.ts'
import { router, type Router } from '../core/router.ts'
import { buildDocument, docsAssets, docsPage, originsOf, type OpenApiDocument } from '../openapi/index.ts'
import type { AppDefinition, DocsOptions } from './definition.ts'
import type { Environment } from './environment.ts'

export interface DocsContext {
  readonly environment: Environment
  readonly operations: readonly OperationDescription[]
  readonly format: ErrorFormat
}

/** Where an app serves its document and its docs page, if it does. */
interface DocsPlaces {
  readonly documentPath: string
  readonly path: string
}

const jsonText: Content<string> = { kind: 'content', mediaType: 'application/json', form: 'text' }

/** In production the documents are served only where the app says so. */
function optionsOf({ docs }: AppDefinition, environment: Environment): (DocsOptions & DocsPlaces) | undefined {
  if (docs === false || (docs === undefined && environment === 'production')) return undefined
  const named = docs === true || docs === undefined ? {} : docs
  return { documentPath: '/openapi.json', path: '/docs', ...named }
}

/** Where the documents of an app are. */
export function docsPlaces(definition: AppDefinition, environment: Environment): DocsPlaces | undefined {
  return optionsOf(definition, environment)
}

/** The path under which a proxy serves the app, without a slash at the end; `undefined` where nothing is said. */
export function rootPathOf({ rootPath }: Pick<AppDefinition, 'rootPath'>): string | undefined {
  return rootPath?.replace(/\/$/, '')
}

export function documentOf(
  definition: AppDefinition,
  operations: readonly OperationDescription[],
  format: ErrorFormat,
): OpenApiDocument {
  return buildDocument({ info: definition, operations, errors: format })
}

/** The documents as ordinary operations, with an access rule like any other. */
export function docsRouter(
  definition: AppDefinition,
  { environment, operations, format }: DocsContext,
): Router | undefined {
  const options = optionsOf(definition, environment)
  if (options === undefined) return undefined
  const { access = anyone, documentPath, path } = options
  // One for each place where the app is served: by itself, and wherever it is mounted.
  const documents = new Map<string, { readonly document: OpenApiDocument; readonly text: string }>()
  const documentAt = (root: string): { readonly document: OpenApiDocument; readonly text: string } => {
    const known = documents.get(root)
    if (known !== undefined) return known
    const document = documentOf({ ...definition, rootPath: root }, operations, format)
    const made = { document, text: JSON.stringify(document) }
    documents.set(root, made)
    return made
  }
  const rootOf = ({ basePath }: RequestHead): string => rootPathOf(definition) ?? basePath
  const assets = new Map(docsAssets().map((asset) => [asset.path.slice(1), asset]))

  return router(
    '',
    { hidden: true },
    {
      openapiDocument: route.get(
        documentPath,
        { access, response: jsonText },
        ({ request }) => documentAt(rootOf(request)).text,
      ),
      docsPage: route.get(path, { access, response: html }, ({ request, response }) => {
        const root = rootOf(request)
        const page = docsPage({
          title: definition.title,
          documentUrl: root + documentPath,
          basePath: root + path,
          connectTo: originsOf(documentAt(root).document),
          ...(options.oauth2 === undefined ? {} : { oauth2: options.oauth2 }),
        })
        for (const [name, value] of Object.entries(page.headers)) response.header(name, value)
        return page.html
      }),
      docsAsset: route.get(
        `${path}/:file`,
        { access, params: z.object({ file: z.string() }), response: bytes(), errors: [NotFound] },
        ({ params }) => {
          const asset = assets.get(params.file)
          if (asset === undefined) throw new NotFound()
          const headers = { etag: asset.etag, 'cache-control': 'no-cache', ...asset.headers }
          return reply(200, asset.body, { 'content-type': asset.mediaType, ...headers })
        },
      ),
    },
  )
}
