import { describe, expect, it } from 'vitest'
import type { Issue } from '../core/errors/issue.ts'
import type { Schema } from '../core/schema.ts'
import {
  compileInput,
  compileSerializer,
  createSchemaCollector,
  describeParameters,
  named,
  ResponseMismatch,
  toJsonSchema,
} from './index.ts'

/** A schema of another library, as Standard Schema and Standard JSON Schema describe it. */
function foreign(async = false): Schema<{ id: number }> {
  const check = (value: unknown) => {
    const id = (value as { id?: unknown } | undefined)?.id
    return typeof id === 'number'
      ? { value: { id } }
      : { issues: [{ message: 'id must be a number', path: [{ key: 'id' }, 0] }] }
  }
  const describe = () => ({
    type: 'object',
    properties: { id: { $ref: '#/$defs/Id' }, other: { type: 'string', description: 'Else' } },
    required: ['id'],
    $defs: { Id: { type: 'number' } },
  })
  const standard = {
    version: 1 as const,
    vendor: 'foreign',
    validate: (value: unknown) => (async ? Promise.resolve(check(value)) : check(value)),
  }
  return { '~standard': { ...standard, jsonSchema: { input: describe, output: describe } } } as Schema<{ id: number }>
}

describe('a schema of another library', () => {
  it('reads by its own rules; its messages stand as they are', () => {
    const issues: Issue[] = []
    const read = compileInput(foreign(), { source: 'json', in: 'body' })
    expect(read({ id: 1, extra: 2 }, issues)).toEqual({ id: 1 })
    expect(read({}, issues)).toBeUndefined()
    expect(issues).toEqual([{ in: 'body', path: ['id', 0], code: 'value_error', message: 'id must be a number' }])
  })

  it('may be asynchronous where it reads, but not where it writes', async () => {
    expect(await compileInput(foreign(true), { source: 'json', in: 'body' })({ id: 1 }, [])).toEqual({ id: 1 })
    expect(() => compileSerializer(foreign(true))({ id: 1 })).toThrow('asynchronous check')
  })

  it('writes what it declares and refuses what does not fit', () => {
    expect(compileSerializer(foreign())({ id: 1, passwordHash: 'x' })).toBe('{"id":1}')
    expect(() => compileSerializer(foreign())({})).toThrow(ResponseMismatch)
  })

  it('gives its JSON Schema, definitions becoming components', () => {
    const collector = createSchemaCollector()
    expect(collector.ref(named('Foreign', foreign()), 'output')).toEqual({ $ref: '#/components/schemas/Foreign' })
    expect(collector.components()).toMatchObject({
      Foreign: { properties: { id: { $ref: '#/components/schemas/Id' } } },
      Id: { type: 'number' },
    })
    expect(describeParameters(foreign(), 'query')).toMatchObject([
      { name: 'id', required: true },
      { name: 'other', required: false, description: 'Else', schema: { type: 'string' } },
    ])
  })

  it('that gives no JSON Schema is refused by name', () => {
    const silent: Schema = { '~standard': { version: 1, vendor: 'silent', validate: (value) => ({ value }) } }
    expect(() => toJsonSchema(silent, { io: 'input' })).toThrow('The schema of "silent" gives no JSON Schema')
  })
})
