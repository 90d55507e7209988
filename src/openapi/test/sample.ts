import { z } from 'zod'
import {
  accessFor,
  allOf,
  anyOf,
  anyone,
  authenticated,
  optionallyAuthenticated,
  role,
  rule,
  scope,
  type Authenticator,
} from '../../core/access/index.ts'
import { bytes, empty, html, raw, text } from '../../core/content.ts'
import { dependency } from '../../core/dependency.ts'
import { Conflict, defineError, NotFound, TooManyRequests, Unavailable } from '../../core/errors/index.ts'
import { redirect, reply } from '../../core/reply.ts'
import { route } from '../../core/route.ts'
import { router } from '../../core/router.ts'
import { named } from '../../schema/index.ts'
import type { DocumentInfo } from '../source.ts'

function authenticator(name: string, scheme: Authenticator['scheme'], challenge: string): Authenticator {
  return { kind: 'authenticator', name, scheme, challenge, uses: {}, authenticate: () => undefined }
}

export const bearer = authenticator('bearer', { type: 'http', scheme: 'bearer' }, 'Bearer')
export const apiKey = authenticator('apiKey', { type: 'apiKey', in: 'header', name: 'x-api-key' }, 'ApiKey')
export const login = authenticator(
  'login',
  { type: 'oauth2', flows: { password: { tokenUrl: '/token', scopes: { 'posts:read': 'Read posts' } } } },
  'Bearer',
)

const Author = named('Author', z.object({ id: z.int(), name: z.string() }))
export const Post = named(
  'Post',
  z.object({
    id: z.uuid(),
    title: z.string(),
    views: z.int().default(0),
    publishedAt: z.iso.datetime(),
    author: Author,
  }),
)
const NewPost = named(
  'NewPost',
  z.object({
    title: z
      .string()
      .min(1)
      .meta({ examples: ['Hello'] }),
    body: z.string().default(''),
    tags: z.array(z.string()).optional(),
  }),
)
const Stock = named('Stock', z.object({ left: z.int() }))
export const OutOfStock = defineError({ code: 'out_of_stock', status: 409, title: 'Out of stock', data: Stock })

const page = dependency(
  { query: z.object({ limit: z.int().max(100).default(20), cursor: z.string().optional() }) },
  ({ query }) => query,
)
const store = dependency(
  { headers: z.object({ 'x-tenant': z.string().describe('Whose data') }), errors: [Unavailable] },
  () => ({}),
)
const author = rule(
  { name: 'author', inputs: { params: z.object({ id: z.uuid() }), query: z.object({ as: z.string().optional() }) } },
  () => true,
)
const id = { params: z.object({ id: z.uuid() }) }
const { scope: loginScope } = accessFor(login)

const posts = router(
  '/posts',
  { tags: ['posts'], errors: [TooManyRequests] },
  {
    list: route.get(
      '/',
      {
        access: optionallyAuthenticated,
        query: z.object({ tag: z.array(z.string()).optional(), limit: z.int().max(100).optional() }),
        uses: { page, store },
        response: z.array(Post),
        description: 'The newest first.',
        responseDescription: 'A page of posts.',
      },
      () => [],
    ),
    create: route.post(
      '/',
      {
        access: anyOf(role('editor'), loginScope('posts:write')),
        body: NewPost,
        response: Post,
        status: 201,
        errors: [Conflict, OutOfStock],
        examples: { short: { summary: 'The shortest', value: { title: 'Hi' } } },
        uses: { store },
      },
      () => {
        throw new Conflict()
      },
    ),
    read: route.get('/:id', { ...id, access: scope('posts:read'), response: Post, errors: [NotFound] }, () => {
      throw new NotFound()
    }),
    update: route.patch(
      '/:id',
      {
        ...id,
        access: allOf(authenticated, author),
        body: NewPost.partial().optional(),
        response: { 200: Post, 409: Author },
      },
      () => reply(409, { id: 1, name: 'Ada' }),
    ),
    remove: route.delete(
      '/:id',
      { ...id, access: author, deprecated: { since: new Date(0), sunset: new Date(1e12) } },
      () => undefined,
    ),
  },
)

const files = router(
  '/files',
  { tags: ['files'] },
  {
    upload: route.post(
      '/',
      { access: authenticated, form: z.object({ name: z.string(), size: z.int() }) },
      () => undefined,
    ),
    read: route.get('/*path', { access: anyone, response: bytes('image/png') }, () => new Uint8Array()),
  },
)

export const api = router('/api', {
  posts,
  files,
  home: route.get('/', { access: anyone, response: html }, () => ''),
  health: route.get('/health', { access: anyone, response: text, openapi: { 'x-internal': true } }, () => 'ok'),
  old: route.get('/old', { access: anyone, response: { 307: empty } }, () => redirect('/api')),
  proxy: route.get('/proxy', { access: anyone, response: raw }, () => new Response()),
  secret: route.get('/secret', { access: anyone, hidden: true }, () => undefined),
})

export const info: DocumentInfo = {
  title: 'Blog',
  version: '1.0.0',
  summary: 'Posts and files',
  description: 'A sample with everything in it.',
  license: { name: 'MIT', identifier: 'MIT' },
  contact: { name: 'Ada', url: 'https://ada.example.org' },
  tags: [
    { name: 'posts', description: 'What is written' },
    { name: 'files', description: 'What is stored' },
  ],
  externalDocs: { url: 'https://docs.example.org' },
  webhooks: {
    postPublished: {
      post: {
        operationId: 'postPublished',
        summary: 'A post was published',
        security: [],
        requestBody: { content: { 'application/json': { schema: { type: 'object' } } } },
        responses: { 200: { description: 'Received' }, 400: { description: 'Not understood' } },
      },
    },
  },
  openapi: { 'x-team': 'blog' },
}
