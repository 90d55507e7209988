import { readFileSync } from 'node:fs'
import { expect, describe, test } from 'vitest'
import { parse } from 'yaml'
import { app } from '../src/app.ts'
import { resolved, shapeOf, type Json, type Source } from './shape.ts'

const specification: Source = {
  document: parse(readFileSync(new URL('realworld-openapi.yml', import.meta.url), 'utf8')) as Json,
}
const own: Source = { document: app.openapi() }

interface Operation {
  readonly tags?: readonly string[]
  readonly parameters?: readonly Json[]
  readonly requestBody?: Json
  readonly responses: Json
  readonly security?: readonly Json[]
}

function operationsIn({ document }: Source, prefix: string): Map<string, Operation> {
  const operations = Object.entries(document['paths'] as Json).flatMap(([path, item]) =>
    Object.entries(item as Json).map(
      ([method, operation]) => [`${method.toUpperCase()} ${path.replace(prefix, '')}`, operation as Operation] as const,
    ),
  )
  return new Map(operations)
}

const specified = operationsIn(specification, '')
const offered = operationsIn(own, '/api')

function bodySchema(holder: unknown, source: Source): unknown {
  const { content = {} } = resolved(holder, source)
  const media = (content as { readonly [type: string]: Json })['application/json']
  return media === undefined ? undefined : shapeOf(media['schema'], source)
}

function parametersIn({ parameters = [] }: Operation, source: Source): object[] {
  const read = parameters.map((each) => resolved(each, source))
  return read.map(({ name, in: part, required = false, schema }) => {
    const { type, minimum, default: preset } = resolved(schema, source)
    // The specification leaves the default of an offset open.
    return { name, part, required, type, minimum, ...(name === 'limit' ? { preset } : {}) }
  })
}

test('the API offers every operation of the specification, and no other', () => {
  expect([...offered.keys()].toSorted()).toEqual([...specified.keys()].toSorted())
})

test('the token goes where the specification has it', () => {
  const schemes = (source: Source): Json =>
    (source.document['components'] as { securitySchemes: { Token: Json } }).securitySchemes.Token
  const { type, in: part, name } = schemes(specification)
  expect(schemes(own)).toMatchObject({ type, in: part, name })
})

describe.each([...specified])('%s', (name, expected) => {
  const operation = offered.get(name)!

  test('has its parameters', () => {
    const found = parametersIn(operation, own)
    for (const parameter of parametersIn(expected, specification)) expect(found).toContainEqual(parameter)
    expect(found).toHaveLength(expected.parameters?.length ?? 0)
  })

  test('takes its body', () => {
    const read = ({ requestBody }: Operation, source: Source): unknown =>
      requestBody === undefined ? undefined : bodySchema(requestBody, source)
    expect(read(operation, own)).toEqual(read(expected, specification))
  })

  test('answers as it does, whatever the status', () => {
    for (const [status, response] of Object.entries(expected.responses))
      expect({ [status]: bodySchema(operation.responses[status], own) }).toEqual({
        [status]: bodySchema(response, specification),
      })
  })

  test('is protected as it is, and stands under its tag', () => {
    const protectedBy = expected.security
    if (protectedBy !== undefined) expect(operation.security).toEqual(protectedBy)
    else expect([[], [{}], [{ Token: [] }, {}]]).toContainEqual(operation.security)
    expect(operation.tags).toEqual(expected.tags)
  })
})
