import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { anyone, authenticated, rule } from '../core/access/index.ts'
import { dependency } from '../core/dependency.ts'
import { route } from '../core/route.ts'
import { router, type RouterNode } from '../core/router.ts'
import { commaSeparated, createSchemaCollector } from '../schema/index.ts'
import { bothSchemas, parametersOf } from './parameters.ts'
import { describeApi } from './test/describe-api.ts'
import { bearer } from './test/sample.ts'
import type { ParameterObject } from './types.ts'

function parameters(operation: RouterNode): ParameterObject[] {
  const [description] = describeApi(router('', { operation }), [bearer])
  if (description === undefined) throw new Error('There is no operation.')
  return parametersOf(description.placed, description.plan.holders, createSchemaCollector())
}

const named = (list: readonly ParameterObject[]): string[] => list.map(({ in: part, name }) => `${part} ${name}`)

describe('parametersOf', () => {
  it('says which lists may be parted by commas', () => {
    const query = z.object({ sort: commaSeparated(z.array(z.string())).optional() })
    const list = route.get('/', { access: anyone, query }, () => undefined)
    expect(parameters(list)).toMatchObject([{ name: 'sort', style: 'form', explode: false }])
  })

  it('gathers those of the operation, its dependencies and its rules: path, query, header, cookie', () => {
    const session = dependency({ cookies: z.object({ session: z.string() }) }, () => undefined)
    const page = dependency(
      { query: z.object({ limit: z.int().max(100).default(20) }), uses: { session } },
      () => undefined,
    )
    const tenant = rule({ name: 'tenant', inputs: { headers: z.object({ 'x-tenant': z.string() }) } }, () => true)
    const list = route.get(
      '/:blog/posts',
      {
        access: tenant,
        params: z.object({ blog: z.int() }),
        query: z.object({ tag: z.array(z.string()).optional() }),
        uses: { page },
      },
      () => undefined,
    )
    const found = parameters(list)
    expect(named(found)).toEqual(['path blog', 'query limit', 'query tag', 'header x-tenant', 'cookie session'])
    expect(found[0]).toEqual({
      name: 'blog',
      in: 'path',
      required: true,
      schema: expect.objectContaining({ type: 'integer' }),
    })
    expect(found[1]).toMatchObject({ schema: { type: 'integer', maximum: 100, default: 20 } })
    expect(found[1]).not.toHaveProperty('required')
    expect(found[2]).toMatchObject({ style: 'form', explode: true, schema: { type: 'array' } })
    expect(found[3]).toMatchObject({ required: true })
  })

  it('describes path parameters that no schema describes, and the rest of a path', () => {
    expect(parameters(route.get('/:id/*file', { access: anyone }, () => undefined))).toEqual([
      { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
      {
        name: 'file',
        in: 'path',
        description: 'The rest of the path, slashes included.',
        required: true,
        schema: { type: 'string' },
      },
    ])
  })

  it('leaves out path parameters that the path does not have', () => {
    const byId = dependency({ params: z.object({ id: z.string() }) }, () => undefined)
    expect(parameters(route.get('/', { access: anyone, uses: { byId } }, () => undefined))).toEqual([])
  })

  it('keeps the order of the path, whatever order the schema has', () => {
    const params = z.object({ b: z.string(), a: z.string() })
    expect(named(parameters(route.get('/:a/:b', { access: anyone, params }, () => undefined)))).toEqual([
      'path a',
      'path b',
    ])
  })

  it('lists a parameter once that several read: required where any requires it, and all schemas hold', () => {
    const loose = dependency({ query: z.object({ q: z.string().optional() }) }, () => undefined)
    const strict = dependency({ query: z.object({ q: z.string().min(3) }) }, () => undefined)
    const search = route.get('/', { access: anyone, uses: { loose, strict } }, () => undefined)
    expect(parameters(search)).toEqual([
      {
        name: 'q',
        in: 'query',
        required: true,
        schema: { allOf: [expect.objectContaining({ type: 'string' }), expect.objectContaining({ minLength: 3 })] },
      },
    ])
  })

  it('takes header names for the same whatever their case, and leaves out those OpenAPI describes elsewhere', () => {
    const one = dependency({ headers: z.object({ 'x-a': z.string() }) }, () => undefined)
    const headers = z.object({ 'X-A': z.string(), authorization: z.string(), accept: z.string().optional() })
    const read = route.get('/', { access: authenticated, headers, uses: { one } }, () => undefined)
    expect(named(parameters(read))).toHaveLength(1)
  })
})

describe('bothSchemas', () => {
  it('joins different schemas, and equal ones only once', () => {
    const [a, b, c] = [{ type: 'string' }, { minLength: 1 }, { maxLength: 2 }]
    expect(bothSchemas(a, { ...a })).toBe(a)
    expect(bothSchemas(bothSchemas(a, b), c)).toEqual({ allOf: [a, b, c] })
    expect(bothSchemas(bothSchemas(a, b), { ...b })).toEqual({ allOf: [a, b] })
  })
})
