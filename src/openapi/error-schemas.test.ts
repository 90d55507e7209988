import { describe, expect, it } from 'vitest'
import { Conflict, NotFound, type ErrorFormat } from '../core/errors/index.ts'
import { createSchemaCollector } from '../schema/index.ts'
import { ErrorSchemas } from './error-schemas.ts'
import type { JsonObject } from './types.ts'

/** Gives every class of errors a definition that refers to another. */
const format: ErrorFormat = {
  name: 'test',
  mediaType: 'application/json',
  render: () => ({ status: 500, body: {} }),
  schema: (errors) => ({
    oneOf: errors.map(({ code }) => ({ $ref: `#/$defs/${code}` })),
    discriminator: { mapping: Object.fromEntries(errors.map(({ code }) => [code, `#/$defs/${code}`])) },
    $defs: {
      Problem: { type: 'object' },
      ...Object.fromEntries(errors.map(({ code }) => [code, { allOf: [{ $ref: '#/$defs/Problem' }] }])),
    },
  }),
}

function settled(user: Record<string, JsonObject>): { components: Record<string, JsonObject>; media: JsonObject[] } {
  const schemas = new ErrorSchemas(format, createSchemaCollector())
  const media = [schemas.media([NotFound]), schemas.media([NotFound, Conflict]), schemas.media([NotFound])]
  schemas.settle(user)
  return { components: user, media }
}

describe('ErrorSchemas', () => {
  it('makes components of the definitions and points every reference there', () => {
    const { components, media } = settled({})
    expect(components).toEqual({
      Problem: { type: 'object' },
      not_found: { allOf: [{ $ref: '#/components/schemas/Problem' }] },
      conflict: { allOf: [{ $ref: '#/components/schemas/Problem' }] },
    })
    expect(media[0]).toEqual({
      schema: {
        oneOf: [{ $ref: '#/components/schemas/not_found' }],
        discriminator: { mapping: { not_found: '#/components/schemas/not_found' } },
      },
    })
    expect(media[2]).toBe(media[0])
  })

  it("leaves the user's schemas their names, and renames the definition once for all errors", () => {
    const { components } = settled({ Problem: { type: 'string' } })
    expect(components).toEqual({
      Problem: { type: 'string' },
      Problem2: { type: 'object' },
      not_found: { allOf: [{ $ref: '#/components/schemas/Problem2' }] },
      conflict: { allOf: [{ $ref: '#/components/schemas/Problem2' }] },
    })
  })
})
