import { regexes } from 'zod/v4/core'
import {
  choices,
  EXTRA,
  formatProblem,
  INTEGER_SIZE,
  MISSING,
  plural,
  REPEATED,
  tags,
  TYPES,
  UNREADABLE,
  uuidVersionProblem,
  type Problem,
} from './issue-texts.ts'
import type { InputSource } from './types.ts'
import { defOf, hasTrait, isInteger, isZod, type ZodSchema } from './zod.ts'

/** One of Zod's issues before it is given its message, or one inside a union's, which has it already. */
export interface ZodIssue {
  readonly code: string
  readonly path?: readonly PropertyKey[] | undefined
  readonly message?: string | undefined
  readonly input?: unknown
  readonly inst?: unknown
  readonly [key: string]: unknown
}

/** What Pydantic would say. `schema` is the one that raised the issue, where it is known. */
export function problemOf(issue: ZodIssue, schema: ZodSchema | undefined, source: InputSource): Problem {
  switch (issue.code) {
    case 'invalid_type':
      return typeProblem(issue, schema, source)
    case 'invalid_value':
      return valueProblem(issue, schema, source)
    case 'too_small':
      return limitProblem(issue, 'min', issue['minimum'] as number | bigint)
    case 'too_big':
      return limitProblem(issue, 'max', issue['maximum'] as number | bigint)
    case 'invalid_format':
      return stringFormatProblem(issue)
    case 'not_multiple_of': {
      const divisor = plainNumber(issue['divisor'] as number | bigint)
      return {
        code: 'multiple_of',
        message: `Input should be a multiple of ${divisor}`,
        context: { multiple_of: divisor },
      }
    }
    case 'unrecognized_keys':
      return EXTRA
    case 'invalid_union':
      return tagProblem(issue)
    default:
      return {
        code: 'value_error',
        message: 'Value error, the value is not accepted',
        context: { error: 'the value is not accepted' },
      }
  }
}

const SCALARS = new Set(['string', 'number', 'int', 'bigint', 'boolean', 'date'])

function typeProblem(issue: ZodIssue, schema: ZodSchema | undefined, source: InputSource): Problem {
  const { input } = issue
  if (input === undefined) return MISSING
  const named = String(issue['expected'])
  const expected = named === 'number' && schema !== undefined && isInteger(schema) ? 'int' : named
  if (SCALARS.has(expected) && source !== 'json' && Array.isArray(input)) return REPEATED
  const special = typeof input === 'string' ? unreadable(expected, source) : numberProblem(input, expected)
  const error = `expected ${expected}`
  return special ?? TYPES[expected] ?? { code: 'value_error', message: `Value error, ${error}`, context: { error } }
}

/** In JSON a number in a string is simply of another type; dates and bigints are strings there too. */
function unreadable(expected: string, source: InputSource): Problem | undefined {
  return source !== 'json' || expected === 'date' || expected === 'bigint' ? UNREADABLE[expected] : undefined
}

function numberProblem(input: unknown, expected: string): Problem | undefined {
  if (typeof input === 'bigint') return INTEGER_SIZE
  if (typeof input !== 'number') return undefined
  if (!Number.isFinite(input)) return { code: 'finite_number', message: 'Input should be a finite number' }
  if (expected !== 'int' && expected !== 'bigint') return undefined
  return { code: 'int_from_float', message: 'Input should be a valid integer, got a number with a fractional part' }
}

function valueProblem(issue: ZodIssue, schema: ZodSchema | undefined, source: InputSource): Problem {
  if (issue.input === undefined) return MISSING
  if (source !== 'json' && Array.isArray(issue.input)) return REPEATED
  const expected = choices(issue['values'] as readonly unknown[])
  const isEnum = schema !== undefined && defOf(schema).type === 'enum'
  return { code: isEnum ? 'enum' : 'literal_error', message: `Input should be ${expected}`, context: { expected } }
}

function limitProblem(issue: ZodIssue, side: 'min' | 'max', limit: number | bigint): Problem {
  const bound = side === 'min' ? 'at least' : 'at most'
  switch (issue['origin']) {
    case 'string':
      return {
        code: side === 'min' ? 'string_too_short' : 'string_too_long',
        message: `String should have ${bound} ${plural(limit, 'character')}`,
        context: { [`${side}_length`]: plainNumber(limit) },
      }
    case 'array':
    case 'set':
    case 'map':
    case 'file':
      return sizeProblem(issue, side, plainNumber(limit))
    default:
      return boundProblem(issue, side, limit)
  }
}

const FIELD_TYPES: Readonly<Record<string, string>> = { array: 'List', set: 'Set', map: 'Dictionary', file: 'File' }

function sizeProblem(issue: ZodIssue, side: 'min' | 'max', limit: unknown): Problem {
  const fieldType =
    isZod(issue.inst) && hasTrait(issue.inst, '$ZodTuple') ? 'Tuple' : (FIELD_TYPES[String(issue['origin'])] as string)
  const { length, size } = issue.input as { length?: number; size?: number }
  const actual = length ?? size
  const bound = side === 'min' ? 'at least' : 'at most'
  return {
    code: side === 'min' ? 'too_short' : 'too_long',
    message: `${fieldType} should have ${bound} ${plural(limit as number, 'item')} after validation, not ${actual}`,
    context: { field_type: fieldType, [`${side}_length`]: limit, actual_length: actual },
  }
}

function boundProblem(issue: ZodIssue, side: 'min' | 'max', limit: number | bigint): Problem {
  const { note } = issue
  if (typeof note === 'string' && note.includes('safe integer')) return INTEGER_SIZE
  const shown = issue['origin'] === 'date' ? new Date(Number(limit)).toISOString() : plainNumber(limit)
  const inclusive = issue['inclusive'] !== false
  const word = side === 'min' ? 'greater than' : 'less than'
  const code = side === 'min' ? 'greater_than' : 'less_than'
  const key = side === 'min' ? 'g' : 'l'
  return {
    code: inclusive ? `${code}_equal` : code,
    message: `Input should be ${word} ${inclusive ? 'or equal to ' : ''}${shown}`,
    context: { [inclusive ? `${key}e` : `${key}t`]: shown },
  }
}

function tagProblem(issue: ZodIssue): Problem {
  const key = issue['discriminator']
  if (typeof key !== 'string') return { code: 'value_error', message: 'Value error, no alternative fits' }
  const tag = (issue.input as Record<string, unknown> | undefined)?.[key]
  if (tag === undefined) {
    return {
      code: 'union_tag_not_found',
      message: `Unable to extract tag using discriminator '${key}'`,
      context: { discriminator: `'${key}'` },
    }
  }
  const expected = tags((issue['options'] as readonly unknown[] | undefined) ?? [])
  const shown = typeof tag === 'object' ? 'object' : short(`${tag as string | number | boolean}`)
  return {
    code: 'union_tag_invalid',
    message: `Input tag '${shown}' found using '${key}' does not match any of the expected tags: ${expected}`,
    context: { discriminator: `'${key}'`, tag: shown, expected_tags: expected },
  }
}

const MAX_TAG_LENGTH = 100

/** A tag is repeated in the message and beside it. */
function short(text: string): string {
  return text.length > MAX_TAG_LENGTH ? `${text.slice(0, MAX_TAG_LENGTH)}...` : text
}

function stringFormatProblem(issue: ZodIssue): Problem {
  const format = String(issue['format'])
  const { inst, input } = issue as { inst?: { _zod?: { def?: { version?: string } } }; input?: unknown }
  const version = inst?._zod?.def?.version
  if (format === 'uuid' && version !== undefined && typeof input === 'string' && ANY_UUID.test(input))
    return uuidVersionProblem(version)
  return formatProblem(format, patternOf(issue))
}

const ANY_UUID = regexes.guid

function patternOf(issue: ZodIssue): string | undefined {
  const { inst } = issue as { inst?: { _zod?: { def?: { pattern?: RegExp } } } }
  const pattern = inst?._zod?.def?.pattern
  if (pattern !== undefined) return pattern.source
  // A finalised issue holds the pattern as text with slashes and flags.
  const text = issue['pattern']
  return typeof text === 'string' ? text.replace(/^\/(.*)\/[a-z]*$/s, '$1') : undefined
}

/** JSON cannot hold a bigint. */
function plainNumber(value: number | bigint): number | string {
  return typeof value === 'bigint' ? value.toString() : value
}
