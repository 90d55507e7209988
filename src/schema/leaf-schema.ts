import { registry, toJSONSchema } from 'zod/v4/core'
import type { JsonSchema } from './types.ts'
import type { ZodSchema } from './zod.ts'

const NO_METADATA = registry<Record<string, unknown>>()
/** Formats of JSON Schema that need no pattern beside them. */
const STANDARD_FORMATS = /^(?:uuid|email|date-time|date|duration|ipv4|ipv6|uri|base64)$/

/** A schema that Zod describes well enough, as JSON Schema has it. */
export function describeLeaf(schema: ZodSchema): JsonSchema {
  const { $schema: _, ...json } = toJSONSchema(schema, {
    unrepresentable: 'any',
    metadata: NO_METADATA,
    io: 'input',
  }) as JsonSchema
  if (typeof json['format'] === 'string' && STANDARD_FORMATS.test(json['format'])) delete json['pattern']
  dropFlagged(json, schema)
  // `contentEncoding` is JSON Schema's word for it.
  if (json['format'] === json['contentEncoding']) delete json['format']
  // The limits of what a double holds exactly are JSON's, not the author's.
  if (json['minimum'] === Number.MIN_SAFE_INTEGER) delete json['minimum']
  if (json['maximum'] === Number.MAX_SAFE_INTEGER) delete json['maximum']
  nameInt32(json, schema)
  return json
}

const INT32_MIN = -(2 ** 31)
const INT32_MAX = 2 ** 31 - 1

/** OpenAPI has a name for these limits, and tools that invent examples take a limit for one. */
function nameInt32(json: JsonSchema, schema: ZodSchema): void {
  if ((schema._zod.def as { format?: unknown }).format !== 'int32') return
  json['format'] = 'int32'
  if (json['minimum'] === INT32_MIN) delete json['minimum']
  if (json['maximum'] === INT32_MAX) delete json['maximum']
}

/** JSON Schema has no flags: `/^a$/i` without its flag would refuse what the schema accepts. */
function dropFlagged(json: JsonSchema, schema: ZodSchema): void {
  const checks = [schema._zod.def, ...(schema._zod.def.checks ?? []).map((check) => check._zod.def)]
  const patterns = checks
    .map((check) => (check as { pattern?: unknown }).pattern)
    .filter((each) => each instanceof RegExp)
  const flagged = new Set(patterns.filter(({ flags }) => /[ims]/.test(flags)).map(({ source }) => source))
  const { allOf, pattern } = json as { allOf?: readonly { pattern?: string }[]; pattern?: string }
  if (flagged.has(pattern ?? '')) delete json['pattern']
  if (!Array.isArray(allOf) || flagged.size === 0) return
  const kept = allOf.filter((each) => !flagged.has(each.pattern ?? ''))
  if (kept.length === 0) delete json['allOf']
  else json['allOf'] = kept
}
