import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { docsAssets } from '../docs-assets.ts'
import { docsPage, originsOf } from '../docs-page.ts'
import type { OpenApiDocument } from '../types.ts'

/** What reached the API, and where everything is. */
export interface DocsServer {
  readonly url: string
  readonly calls: { readonly path: string; readonly headers: IncomingMessage['headers'] }[]
  readonly tokenRequests: string[]
  close(): Promise<void>
}

/** Serves a docs page as the kernel does, an API that answers everything, and an authorization server of another origin. */
export async function serveDocs(documentFor: (authorizationServer: string) => OpenApiDocument): Promise<DocsServer> {
  const calls: DocsServer['calls'] = []
  const tokenRequests: string[] = []
  const authorization = await listen(createServer((request, response) => authorize(request, response, tokenRequests)))
  const document = documentFor(authorization.url)
  const page = docsPage({
    title: 'The <"docs">',
    documentUrl: '/openapi.json',
    basePath: '/docs',
    oauth2: { clientId: 'docs-page', scopes: ['notes:read'] },
    connectTo: originsOf(document),
  })
  const assets = new Map(docsAssets().map((asset) => [`/docs${asset.path}`, asset]))
  const main = await listen(
    createServer((request, response) => {
      const path = request.url?.split('?')[0] ?? ''
      const asset = assets.get(path)
      if (path === '/docs') return send(response, 'text/html; charset=utf-8', page.html, page.headers)
      if (path === '/openapi.json') return send(response, 'application/json', JSON.stringify(document))
      if (asset !== undefined) return send(response, asset.mediaType, asset.body, asset.headers)
      calls.push({ path, headers: request.headers })
      return send(response, 'application/json', '{"ok":true}')
    }),
  )
  return {
    url: main.url,
    calls,
    tokenRequests,
    close: async () => {
      await Promise.all([main.close(), authorization.close()])
    },
  }
}

function send(
  response: ServerResponse,
  mediaType: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(200, {
    'cross-origin-opener-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'content-type': mediaType,
    ...headers,
  })
  response.end(body)
}

/** Gives everyone a code, and everyone a token. */
function authorize(request: IncomingMessage, response: ServerResponse, tokenRequests: string[]): void {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  response.setHeader('access-control-allow-origin', '*')
  response.setHeader('access-control-allow-headers', '*')
  if (url.pathname === '/authorize') {
    const back = new URL(url.searchParams.get('redirect_uri') ?? '')
    back.searchParams.set('code', 'the-code')
    back.searchParams.set('state', url.searchParams.get('state') ?? '')
    response.writeHead(302, { location: back.href }).end()
    return
  }
  let body = ''
  request.on('data', (chunk: Buffer) => (body += chunk.toString()))
  request.on('end', () => {
    if (request.method === 'POST') tokenRequests.push(body)
    response.setHeader('content-type', 'application/json')
    response.end('{"access_token":"the-access-token","token_type":"bearer"}')
  })
}

async function listen(server: Server): Promise<{ readonly url: string; close(): Promise<void> }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)))
        server.closeAllConnections()
      }),
  }
}
