import { describe, expect, it } from 'vitest'
import { JsonSyntaxError, type JsonProblem } from './errors.ts'
import { scanJson } from './json-scan.ts'
import { jsonErrorIssue, parseJson, type JsonOptions } from './json.ts'
import { randomDocument } from './json-documents.fixture.ts'
import { seededRandom } from './random.fixture.ts'

const parse = (text: string, options?: JsonOptions) => parseJson(Buffer.from(text), options)

function problemOf(bytes: Buffer | string, options?: JsonOptions): JsonProblem | undefined {
  try {
    parseJson(Buffer.from(bytes as string), options)
    return undefined
  } catch (error) {
    expect(error).toBeInstanceOf(JsonSyntaxError)
    expect(error).toMatchObject({ code: 'json_invalid', status: 400 })
    return (error as JsonSyntaxError).problem
  }
}

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

describe('strict JSON', () => {
  it.each([
    '{}',
    '[]',
    'null',
    'true',
    '0',
    '-0',
    '"x"',
    ' { "a" : [ 1 , 2.5e3 ] } ',
    '{"a":{"a":1},"b":{"a":1}}',
    '{"constructor":1}',
    '{"constructor":{"x":1}}',
    '{"prototype":{"constructor":1}}',
    '"\\ud83d\\ude00"',
    '"\\":"',
    '{"a":"\\":b"}',
    '{"a\\":":1,"b":"x:y"}',
    '1e300',
    '123456789012345678901234567890.5',
    '9007199254740991',
    '-9007199254740991',
    '1e-400',
    '{"":{"":1}}',
    '{"1":1,"0":2}',
    nested(64),
    '"é漢😀\ufeff\ufffd"',
    '"\\u0000"',
  ])('reads %s as JSON.parse does', (text) => {
    expect(parse(text)).toEqual(JSON.parse(text))
  })

  it.each([
    ['', 'Expecting value', 0, ''],
    ['{"a": }', 'Expecting value', 6, '/a'],
    ['{a:1}', 'Expecting property name enclosed in double quotes', 1, ''],
    ['{"a":1,}', 'Illegal trailing comma before end of object', 6, '/a'],
    ['[1,]', 'Illegal trailing comma before end of array', 2, '/0'],
    ['{"a" 1}', "Expecting ':' delimiter", 5, '/a'],
    ['{"a":1 "b":2}', "Expecting ',' delimiter", 7, '/a'],
    ['[1,2', "Expecting ',' delimiter", 4, '/1'],
    ['{"a":1}}', 'Extra data', 7, ''],
    ['{"é":1} x', 'Extra data', 9, ''],
    ['"abc', 'Unterminated string starting at', 0, ''],
    ['["a\nb"]', 'Invalid control character at', 3, '/0'],
    ['["\\x"]', 'Invalid \\escape', 2, '/0'],
    ['["\\u12g4"]', 'Invalid \\uXXXX escape', 2, '/0'],
    ['NaN', 'Expecting value', 0, ''],
    ['[-Infinity]', 'Expecting value', 1, '/0'],
    ['[01]', "Expecting ',' delimiter", 2, '/0'],
    ['[.5]', 'Expecting value', 1, '/0'],
    ["{'a':1}", 'Expecting property name enclosed in double quotes', 1, ''],
    ['\ufeff{}', 'The document starts with a byte order mark', 0, ''],
    ['{"a":1,"a":2}', 'Duplicate key', 7, '/a'],
    ['{"a":1,"a" :2}', 'Duplicate key', 7, '/a'],
    ['{"a":1,"\\u0061":2}', 'Duplicate key', 7, '/a'],
    ['{"x":"\\":","a":1,"a":2}', 'Duplicate key', 17, '/a'],
    ['[{"b":[0,{"a/~":1,"a/~":2}]}]', 'Duplicate key', 18, '/0/b/1/a~1~0'],
    ['{"__proto__":{"admin":true}}', 'The key "__proto__" is not allowed', 1, '/__proto__'],
    ['{"\\u005f_proto__":1}', 'The key "__proto__" is not allowed', 1, '/__proto__'],
    [
      '{"a":{"constructor":{"prototype":{}}}}',
      'The path "constructor.prototype" is not allowed',
      21,
      '/a/constructor/prototype',
    ],
    ['[1e400]', 'A number too large for a double', 1, '/0'],
    ['-1e400', 'A number too large for a double', 0, ''],
    ['{"id":9007199254740993}', 'An integer outside ±(2^53 − 1)', 6, '/id'],
    ['9007199254740992', 'An integer outside ±(2^53 − 1)', 0, ''],
    ['-9007199254740992', 'An integer outside ±(2^53 − 1)', 0, ''],
    ['9'.repeat(400), 'An integer outside ±(2^53 − 1)', 0, ''],
    ['["\\ud800"]', 'A lone surrogate in the string starting at', 1, '/0'],
    ['{"\\uDC00":1}', 'A lone surrogate in the string starting at', 1, '/'],
    [nested(65), 'More than 64 levels of nesting', 64, '/0'.repeat(64)],
    ['{"a":'.repeat(65) + '1' + '}'.repeat(65), 'More than 64 levels of nesting', 320, '/a'.repeat(64)],
  ])('refuses %s and says where', (text, reason, position, pointer) => {
    expect(problemOf(text)).toEqual({ reason, position, pointer })
  })

  it.each([
    [[0x22, 0xff, 0x22], 1],
    [[0x5b, 0x22, 0xc3, 0xa9, 0xc0, 0xae, 0x22, 0x5d], 4],
    [[0x22, 0xef, 0xbf, 0xbd, 0xed, 0xa0, 0x80, 0x22], 4],
    [[0x22, 0xe2, 0x82], 1],
    [[0xff, 0xfe, 0x7b, 0x00], 0],
  ])('refuses invalid UTF-8 %j and says where', (bytes, position) => {
    expect(problemOf(Buffer.from(bytes))).toEqual({ reason: 'Invalid UTF-8', position, pointer: '' })
  })

  it('never repeats a value in its messages', () => {
    expect(() => parse('{"password":"hunter2","password":"hunter2"}')).toThrow('Duplicate key at "/password", byte 22.')
  })

  it('tells clients of FastAPI services in their words', () => {
    const error = new JsonSyntaxError(problemOf('{"a": }')!)
    expect(jsonErrorIssue(error)).toEqual({
      type: 'json_invalid',
      loc: ['body', 6],
      msg: 'JSON decode error',
      input: {},
      ctx: { error: 'Expecting value' },
    })
  })

  it('gives large integers as bigint where they are asked for, and only those', () => {
    const text = '{"id":9007199254740993,"neg":-9223372036854775808,"n":1,"f":1e300,"s":"9007199254740993"}'
    const value = parse(text, { bigints: true })
    expect(value).toEqual({ id: 9007199254740993n, neg: -9223372036854775808n, n: 1, f: 1e300, s: '9007199254740993' })
    expect(parse('9'.repeat(400), { bigints: true })).toBe(BigInt('9'.repeat(400)))
    expect(problemOf('9'.repeat(1_001), { bigints: true })?.reason).toBe('An integer of more than 1000 digits')
    expect(problemOf('[9007199254740993,1e400]', { bigints: true })?.reason).toBe('A number too large for a double')
    expect(problemOf('{"a":9007199254740993,"a":1}', { bigints: true })?.reason).toBe('Duplicate key')
  })

  it('takes another depth limit', () => {
    expect(parse(nested(3), { depthLimit: 3 })).toEqual([[[]]])
    expect(problemOf(nested(4), { depthLimit: 3 })?.reason).toBe('More than 3 levels of nesting')
  })

  it('survives a mebibyte of the worst: nesting, open brackets, keys, escapes, digits', () => {
    const size = 1_048_576
    const keys = `{${Array.from({ length: 80_000 }, (_, i) => `"k${i}":0`).join(',')}}`
    expect(problemOf(nested(size / 2))?.reason).toMatch(/nesting/)
    expect(problemOf('['.repeat(size))?.reason).toMatch(/nesting/)
    expect(problemOf('{"a":'.repeat(size / 5))?.reason).toMatch(/nesting/)
    expect(Object.keys(parse(keys) as object)).toHaveLength(80_000)
    expect(problemOf(`${keys.slice(0, -1)},"k0":0}`)?.reason).toBe('Duplicate key')
    expect(problemOf(`{"${'k'.repeat(size)}":0,"${'k'.repeat(size)}":0}`)?.pointer).toHaveLength(201)
    expect(problemOf(`"${'\\ud83d'.repeat(size / 6)}"`)?.reason).toMatch(/surrogate/)
    expect(problemOf(`[${'1'.repeat(size)}]`)?.reason).toMatch(/integer/)
    expect(problemOf(`"${':"'.repeat(10)}`)?.reason).toBe('Extra data')
  })

  it('leaves Object.prototype as it was', () => {
    const before = Reflect.ownKeys(Object.prototype)
    for (const text of ['{"__proto__":{"polluted":1}}', '{"constructor":{"prototype":{"polluted":1}}}']) problemOf(text)
    expect(Reflect.ownKeys(Object.prototype)).toEqual(before)
    expect(({} as { polluted?: number }).polluted).toBe(undefined)
  })
})

describe('the quick check and the exact scan', () => {
  it('agree on 20,000 random documents, clean ones being what JSON.parse gives', () => {
    const random = seededRandom(7)
    let refused = 0
    for (let i = 0; i < 20_000; i++) {
      const text = randomDocument(random)
      const exact = scanProblem(text)
      expect(problemOf(text), text).toEqual(exact)
      if (exact === undefined) expect(parse(text)).toEqual(JSON.parse(text))
      else refused++
    }
    expect(refused).toBeGreaterThan(4_000)
    expect(refused).toBeLessThan(16_000)
  })

  it('accept nothing that JSON.parse does not', () => {
    const random = seededRandom(8)
    for (let i = 0; i < 20_000; i++) {
      const text = randomDocument(random)
      if (scanProblem(text) === undefined) expect(() => JSON.parse(text) as unknown, text).not.toThrow()
    }
  })
})

function scanProblem(text: string): JsonProblem | undefined {
  try {
    scanJson(text, { depthLimit: 64, bigints: false })
    return undefined
  } catch (error) {
    return (error as JsonSyntaxError).problem
  }
}
