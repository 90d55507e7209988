/** A problem in Pydantic's words: https://docs.pydantic.dev/latest/errors/validation_errors/ */
export interface Problem {
  readonly code: string
  readonly message: string
  readonly context?: Readonly<Record<string, unknown>>
}

export const MISSING: Problem = { code: 'missing', message: 'Field required' }
export const EXTRA: Problem = { code: 'extra_forbidden', message: 'Extra inputs are not permitted' }
/** Not Pydantic's: FastAPI takes the last of several; here a scalar is never a list. */
export const REPEATED: Problem = { code: 'repeated', message: 'Input should be given only once' }
export const INTEGER_SIZE: Problem = {
  code: 'int_parsing_size',
  message: 'Unable to parse input string as an integer, exceeded maximum size',
}

const type = (code: string, message: string): Problem => ({ code, message })

/** By the type a schema expected. */
export const TYPES: Readonly<Record<string, Problem>> = {
  string: type('string_type', 'Input should be a valid string'),
  number: type('float_type', 'Input should be a valid number'),
  int: type('int_type', 'Input should be a valid integer'),
  bigint: type('int_type', 'Input should be a valid integer'),
  boolean: type('bool_type', 'Input should be a valid boolean'),
  date: type('datetime_type', 'Input should be a valid datetime'),
  array: type('list_type', 'Input should be a valid list'),
  tuple: type('tuple_type', 'Input should be a valid tuple'),
  object: type('model_attributes_type', 'Input should be a valid dictionary or object to extract fields from'),
  record: type('dict_type', 'Input should be a valid dictionary'),
  map: type('dict_type', 'Input should be a valid dictionary'),
  set: type('set_type', 'Input should be a valid set'),
  null: type('none_required', 'Input should be None'),
  undefined: type('none_required', 'Input should be None'),
  void: type('none_required', 'Input should be None'),
  file: type('bytes_type', 'Input should be a valid bytes'),
}

const DATE_ERROR = 'expected ISO 8601 with a time zone, such as 2026-01-31T12:00:00Z'

/** By the type a schema expected, where a string was given that does not read as one. */
export const UNREADABLE: Readonly<Record<string, Problem>> = {
  number: type('float_parsing', 'Input should be a valid number, unable to parse string as a number'),
  int: type('int_parsing', 'Input should be a valid integer, unable to parse string as an integer'),
  bigint: type('int_parsing', 'Input should be a valid integer, unable to parse string as an integer'),
  boolean: type('bool_parsing', 'Input should be a valid boolean, unable to interpret input'),
  date: withError('datetime_parsing', 'Input should be a valid datetime', DATE_ERROR),
}

const EXPECTED_FORMATS: Readonly<Record<string, Problem>> = {
  uuid: withError(
    'uuid_parsing',
    'Input should be a valid UUID',
    'expected 32 hexadecimal digits in groups of 8-4-4-4-12',
  ),
  guid: withError(
    'uuid_parsing',
    'Input should be a valid UUID',
    'expected 32 hexadecimal digits in groups of 8-4-4-4-12',
  ),
  email: {
    code: 'value_error',
    message: 'value is not a valid email address: expected a name, an @-sign and a domain',
    context: { reason: 'expected a name, an @-sign and a domain' },
  },
  url: withError('url_parsing', 'Input should be a valid URL', 'expected an absolute URL'),
  datetime: withError('datetime_parsing', 'Input should be a valid datetime', DATE_ERROR),
  date: withError('date_parsing', 'Input should be a valid date in the format YYYY-MM-DD', 'no such date'),
  time: withError('time_parsing', 'Input should be in a valid time format', 'expected HH:MM:SS'),
  duration: withError('time_delta_parsing', 'Input should be a valid timedelta', 'expected ISO 8601, such as P1DT2H'),
  ipv4: type('ip_v4_address', 'Input is not a valid IPv4 address'),
  ipv6: type('ip_v6_address', 'Input is not a valid IPv6 address'),
  cidrv4: type('ip_v4_network', 'Input is not a valid IPv4 network'),
  cidrv6: type('ip_v6_network', 'Input is not a valid IPv6 network'),
  base64: withError('base64_decode', 'Base64 decoding error', 'invalid length or character'),
  base64url: withError('base64_decode', 'Base64 decoding error', 'invalid length or character'),
}

/** A string that has not the form asked for. `pattern` is shown where no better words exist. */
export function formatProblem(format: string, pattern: string | undefined): Problem {
  const known = EXPECTED_FORMATS[format]
  if (known !== undefined) return known
  if (pattern === undefined)
    return { code: 'value_error', message: `Value error, invalid ${format}`, context: { error: `invalid ${format}` } }
  return { code: 'string_pattern_mismatch', message: `String should match pattern '${pattern}'`, context: { pattern } }
}

/** A UUID, but not of the version asked for, such as `v4`. */
export function uuidVersionProblem(version: string): Problem {
  const number = version.slice(1)
  return {
    code: 'uuid_version',
    message: `UUID version ${number} expected`,
    context: { expected_version: Number(number) },
  }
}

/** Beyond these, choices are counted: a problem of each item of a long list would name them all again. */
const MAX_CHOICES = 50

/** `'a', 'b' or 'c'`, as Python would write the values. */
export function choices(values: readonly unknown[]): string {
  const named = values
    .slice(0, MAX_CHOICES)
    .map((value) => (typeof value === 'string' ? `'${value}'` : pythonText(value)))
  const texts = values.length > MAX_CHOICES ? [...named, `one of ${values.length - MAX_CHOICES} more`] : named
  return texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} or ${texts.at(-1)}`
}

/** `'a', 'b'`: the tags of a union, as Pydantic lists them. */
export function tags(values: readonly unknown[]): string {
  const named = values.slice(0, MAX_CHOICES).map((value) => `'${String(value)}'`)
  return (values.length > MAX_CHOICES ? [...named, `and ${values.length - MAX_CHOICES} more`] : named).join(', ')
}

export function plural(count: number | bigint, unit: string): string {
  return `${count} ${unit}${Number(count) === 1 ? '' : 's'}`
}

function pythonText(value: unknown): string {
  if (value === null || value === undefined) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return `${value as number | bigint}`
}

function withError(code: string, message: string, error: string): Problem {
  return { code, message: `${message}, ${error}`, context: { error } }
}
