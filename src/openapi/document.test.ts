import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { anyone } from '../core/access/index.ts'
import { route } from '../core/route.ts'
import { router, type Router } from '../core/router.ts'
import { named } from '../schema/index.ts'
import { buildDocument } from './document.ts'
import { describeApi } from './test/describe-api.ts'
import { fastapi, problems } from './test/formats.ts'
import { complaintsAbout } from './test/lint.ts'
import { api, apiKey, bearer, info, login } from './test/sample.ts'
import type { DocumentInfo } from './source.ts'
import type { OpenApiDocument } from './types.ts'

const auth = [bearer, apiKey, login]
const sample = (): OpenApiDocument => buildDocument({ info, operations: describeApi(api, auth), errors: problems })

function documentOf(root: Router, more: Partial<DocumentInfo> = {}): OpenApiDocument {
  return buildDocument({ info: { title: 'T', version: '1', ...more }, operations: describeApi(root), errors: problems })
}

const get = route.get('/', { access: anyone }, () => undefined)

describe('buildDocument', () => {
  it('gives a document about which redocly and the schema of OpenAPI have nothing to say', async () => {
    expect(await complaintsAbout(sample())).toEqual([])
  })

  it('does so with errors in the format of FastAPI too', async () => {
    const document = buildDocument({ info, operations: describeApi(api, auth), errors: fastapi })
    expect(await complaintsAbout(document)).toEqual([])
    expect(Object.keys(document.components?.['schemas'] ?? {})).toContain('HTTPValidationError')
    expect(document.paths['/api/posts']?.['post']).toMatchObject({
      responses: {
        422: { content: { 'application/json': { schema: { $ref: '#/components/schemas/HTTPValidationError' } } } },
      },
    })
  })

  it('is checked by something that does complain', async () => {
    const { license: _, ...unlicensed } = info
    const document = buildDocument({ info: unlicensed, operations: describeApi(api, auth), errors: problems })
    expect(await complaintsAbout(document)).toEqual([expect.stringContaining('info-license')])
  })

  it('is the same, byte for byte, for the same definition', () => {
    expect(JSON.stringify(sample())).toBe(JSON.stringify(sample()))
  })

  it('says about the API what the definition says, and merges the escape hatches', () => {
    const document = sample()
    expect(document.openapi).toBe('3.1.1')
    expect(document.info).toEqual({
      title: 'Blog',
      summary: 'Posts and files',
      description: 'A sample with everything in it.',
      contact: { name: 'Ada', url: 'https://ada.example.org' },
      license: { name: 'MIT', identifier: 'MIT' },
      version: '1.0.0',
    })
    expect(document['tags']).toEqual(info.tags)
    expect(document['webhooks']).toEqual(info.webhooks)
    expect(document['externalDocs']).toEqual(info.externalDocs)
    expect(document['x-team']).toBe('blog')
    expect(document.paths['/api/health']?.['get']).toMatchObject({ 'x-internal': true, operationId: 'health' })
  })

  it('leaves out what is hidden', () => {
    expect(JSON.stringify(sample())).not.toContain('/api/secret')
  })

  it.each([
    ['the server itself, where none is named', {}, ['/']],
    [
      'the proxy path first',
      { rootPath: '/v1/', servers: [{ url: 'https://x.example.org' }] },
      ['/v1', 'https://x.example.org'],
    ],
    ['the proxy path once', { rootPath: '/v1', servers: [{ url: '/v1' }] }, ['/v1']],
    ['the named servers', { servers: [{ url: 'https://x.example.org' }] }, ['https://x.example.org']],
  ])('lists as servers %s', (_, more, urls) => {
    expect(documentOf(router('', { get }), more).servers.map(({ url }) => url)).toEqual(urls)
  })

  it('refuses two operations of one name, and names both', () => {
    const other = route.get('/other', { access: anyone, operationId: 'get' }, () => undefined)
    expect(() => documentOf(router('', { get, other }))).toThrow(
      'get: it is the operationId of both GET / and GET /other',
    )
  })

  it('refuses two operations that OpenAPI cannot tell apart, unless one of them is hidden', () => {
    const read = route.get('/:id', { access: anyone }, () => undefined)
    const rest = route.get('/*rest', { access: anyone }, () => undefined)
    const hidden = route.get('/*rest', { access: anyone, hidden: true }, () => undefined)
    expect(() => documentOf(router('', { read, rest }))).toThrow('cannot tell GET /*rest from GET /:id of "read"')
    expect(Object.keys(documentOf(router('', { read, hidden })).paths)).toEqual(['/{id}'])
  })

  it('refuses one path with two names for its parameter, which OpenAPI cannot say', () => {
    const read = route.get('/:id', { access: anyone }, () => undefined)
    const remove = route.delete('/:slug', { access: anyone }, () => undefined)
    expect(() => documentOf(router('', { read, remove }))).toThrow('remove: /:slug and /:id of "read" match the same')
  })

  it('says where something is not JSON', () => {
    const bad = route.get('/', { access: anyone, openapi: { 'x-size': 1n } }, () => undefined)
    expect(() => documentOf(router('', { bad }))).toThrow('a bigint at "/paths/~1/get/x-size"')
  })
})

describe('components', () => {
  const schemasOf = (document: OpenApiDocument): unknown => document.components?.['schemas']

  it("are named after the user's schemas, with one for each direction where they differ", () => {
    const Author = named('Author', z.object({ name: z.string() }))
    const Note = named('Note', z.object({ text: z.string().default(''), by: Author }))
    const create = route.post('/', { access: anyone, body: Note, response: Note }, ({ body }) => body)
    const document = documentOf(router('', { create }))
    expect(schemasOf(document)).toMatchObject({
      Author: { type: 'object', required: ['name'] },
      NoteInput: { required: ['by'], properties: { by: { $ref: '#/components/schemas/Author' } } },
      NoteOutput: { required: ['text', 'by'] },
    })
    expect(document.paths['/']?.['post']).toMatchObject({
      requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/NoteInput' } } } },
      responses: { 200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/NoteOutput' } } } } },
    })
  })

  it('describe each error with its code and its data', () => {
    expect(schemasOf(sample())).toMatchObject({
      OutOfStockProblem: {
        allOf: [
          { $ref: '#/components/schemas/Problem' },
          { properties: { code: { const: 'out_of_stock' }, data: { $ref: '#/components/schemas/Stock' } } },
        ],
      },
      Stock: { properties: { left: { type: 'integer' } } },
    })
  })

  it('describe recursive schemas', async () => {
    const Comment = named(
      'Comment',
      z.object({
        text: z.string(),
        get replies() {
          return z.array(Comment)
        },
      }),
    )
    const read = route.get('/comment', { access: anyone, response: Comment }, () => ({ text: '', replies: [] }))
    const document = documentOf(router('', { read }), { license: { name: 'MIT', identifier: 'MIT' } })
    expect(schemasOf(document)).toMatchObject({
      Comment: { properties: { replies: { items: { $ref: '#/components/schemas/Comment' } } } },
    })
    expect(await complaintsAbout(document)).toEqual([])
  })
})

describe('an operation object', () => {
  const operation = (path: string, method: string): unknown => sample().paths[path]?.[method]

  it('has summary, tags, description, access and security', () => {
    expect(operation('/api/posts', 'get')).toMatchObject({
      tags: ['posts'],
      summary: 'List posts',
      description: 'The newest first.',
      operationId: 'posts.list',
      security: [{ bearer: [] }, { apiKey: [] }, { login: [] }, {}],
      'x-access': 'anyOf(authenticated, anyone)',
      responses: { 200: { description: 'A page of posts.' } },
    })
    expect(operation('/api/files/{path}', 'get')).toMatchObject({ security: [], 'x-access': 'anyone' })
  })

  it('says how redirects, deprecation and challenges look in headers', () => {
    expect(operation('/api/old', 'get')).toMatchObject({
      responses: { 307: { headers: { location: { required: true } } } },
    })
    expect(operation('/api/posts/{id}', 'delete')).toMatchObject({
      deprecated: true,
      responses: { 204: { headers: { deprecation: {}, sunset: {} } }, 401: { headers: { 'www-authenticate': {} } } },
    })
    expect(operation('/api/posts', 'get')).toMatchObject({ responses: { 429: { headers: { 'retry-after': {} } } } })
  })

  it('names the media type of what is not JSON', () => {
    const answers = (content: object): object => ({ responses: { 200: { content } } })
    expect(operation('/api', 'get')).toMatchObject(answers({ 'text/html': { schema: { type: 'string' } } }))
    expect(operation('/api/files/{path}', 'get')).toMatchObject(
      answers({
        'image/png': { schema: { type: 'string', format: 'binary', contentMediaType: 'image/png' } },
      }),
    )
    expect(operation('/api/proxy', 'get')).toMatchObject(answers({ '*/*': {} }))
  })

  it('accepts a form in both encodings', () => {
    const upload = operation('/api/files', 'post') as { requestBody: { required: boolean; content: object } }
    expect(upload.requestBody.required).toBe(true)
    expect(Object.keys(upload.requestBody.content)).toEqual([
      'application/x-www-form-urlencoded',
      'multipart/form-data',
    ])
  })

  it('requires a body unless the schema can do without', () => {
    expect(operation('/api/posts', 'post')).toMatchObject({ requestBody: { required: true } })
    expect(operation('/api/posts/{id}', 'patch')).not.toHaveProperty('requestBody.required')
  })

  it('lists every error: its own, those of routers, dependencies and access, of the input and of the body', () => {
    const statuses = (path: string, method: string): string[] =>
      Object.keys((operation(path, method) as { responses: object }).responses)
    expect(statuses('/api/posts', 'post')).toEqual([
      '201',
      '400',
      '401',
      '403',
      '409',
      '413',
      '415',
      '422',
      '429',
      '503',
      'default',
    ])
    expect(statuses('/api/health', 'get')).toEqual(['200', '400', 'default'])
    expect(statuses('/api/posts', 'get')).toEqual(['200', '400', '401', '422', '429', '503', 'default'])
  })

  it('keeps both bodies where a status is an answer and an error', () => {
    const Taken = z.object({ by: z.string() })
    const create = route.post(
      '/',
      { access: anyone, deprecated: { since: new Date(0) }, response: { 200: Taken, 400: Taken } },
      () => undefined as never,
    )
    expect(documentOf(router('', { create })).paths['/']?.['post']).toMatchObject({
      responses: {
        400: {
          headers: { deprecation: {}, 'x-request-id': {} },
          content: { 'application/json': {}, 'application/problem+json': {} },
        },
      },
    })
  })
})
