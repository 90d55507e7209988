import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { alias, createSchemaCollector, describeParameters, named } from './index.ts'

const shape = (
  schema: Parameters<typeof describeParameters>[0],
  part: Parameters<typeof describeParameters>[1] = 'query',
) => describeParameters(schema, part).map(({ name, required }) => [name, required])

describe('the parameters of an object', () => {
  it('have a name, whether they are required, a schema, and what is said about them', () => {
    const query = z.object({
      limit: z.int().max(100).default(20).describe('How many'),
      q: alias(z.string().optional(), 'search').meta({ deprecated: true }),
      ids: z.array(z.uuid()),
      on: z.date().meta({ examples: [new Date('2026-01-31T12:00:00Z')] }),
    })
    expect(describeParameters(query, 'query')).toEqual([
      {
        name: 'limit',
        required: false,
        description: 'How many',
        schema: { type: 'integer', maximum: 100, default: 20 },
      },
      { name: 'search', required: false, deprecated: true, schema: { type: 'string' } },
      { name: 'ids', required: true, schema: { type: 'array', items: { type: 'string', format: 'uuid' } } },
      {
        name: 'on',
        required: true,
        examples: ['2026-01-31T12:00:00.000Z'],
        schema: { type: 'string', format: 'date-time' },
      },
    ])
  })

  it('are header names in kebab case', () => {
    expect(shape(z.object({ userAgent: z.string(), x_token: z.string().optional() }), 'header')).toEqual([
      ['user-agent', true],
      ['x-token', false],
    ])
  })

  it('are always required in a path', () => {
    expect(shape(z.object({ id: z.int().optional() }), 'path')).toEqual([['id', true]])
  })

  it('are found through refinements, transforms, unions and intersections', () => {
    const base = z.object({ a: z.int(), b: z.int() })
    expect(shape(base.refine(() => true).transform(({ a }) => a))).toEqual([
      ['a', true],
      ['b', true],
    ])
    expect(shape(z.intersection(base, z.object({ c: z.int().optional() })))).toEqual([
      ['a', true],
      ['b', true],
      ['c', false],
    ])
    expect(shape(z.union([base, z.object({ a: z.int(), c: z.int() })]))).toEqual([
      ['a', true],
      ['b', false],
      ['c', false],
    ])
  })

  it('refer to components of the collector, whose reference objects they keep', () => {
    const Sort = named('Sort', z.enum(['up', 'down']).describe('Which way'))
    const collector = createSchemaCollector()
    const [parameter] = describeParameters(z.object({ sort: Sort.default('up') }), 'query', collector)
    expect(parameter).toEqual({
      name: 'sort',
      required: false,
      description: 'Which way',
      schema: { $ref: '#/components/schemas/Sort', default: 'up' },
    })
    expect(collector.components()).toEqual({ Sort: { type: 'string', enum: ['up', 'down'], description: 'Which way' } })
  })
})
