import { describe, expect, it } from 'vitest'
import { parseMultipartForm, parseUrlencodedForm } from './form.ts'
import { parseMediaType } from './media-type.ts'

const invalid = expect.objectContaining({ status: 400, code: 'body_invalid' })

describe('an urlencoded form', () => {
  const parse = (body: string | Buffer, maxFields = 10) => ({
    ...parseUrlencodedForm(Buffer.from(body as string), maxFields),
  })

  it('gives its fields, repeated ones as a list', () => {
    expect(parse('a=1&b=x+y%26&a=2&c=&é=è')).toEqual({ a: ['1', '2'], b: 'x y&', c: '', é: 'è' })
    expect(parse('')).toEqual({})
  })

  it.each(['a=%', 'a=%zz', 'a=%ff', 'a=%00', 'a=\0', Buffer.from([0x61, 0x3d, 0xff])])('refuses %j', (body) => {
    expect(() => parse(body)).toThrow(invalid)
  })

  it('refuses more fields than the limit', () => {
    expect(() => parse('a=1&a=2&a=3', 2)).toThrow('The form has more than 2 fields.')
  })
})

describe('a multipart form', () => {
  const part = (head: string, body: string) => `--B\r\n${head}\r\n\r\n${body}\r\n`
  const field = (name: string, value: string, more = '') =>
    part(`Content-Disposition: form-data; name="${name}"${more}`, value)
  const parse = async (body: string | Buffer, maxFields = 10) => ({
    ...(await parseMultipartForm(
      Buffer.from(body as string),
      parseMediaType('multipart/form-data; boundary=B'),
      maxFields,
    )),
  })
  const END = '--B--\r\n'

  it('gives its fields, repeated ones as a list', async () => {
    const typed = field('t', 'x', '\r\nContent-Type: text/plain; charset=utf-8')
    expect(
      await parse(field('a', '1') + field('é', 'è\r\n-') + field('a', '2') + field('e', '') + typed + END),
    ).toEqual({
      a: ['1', '2'],
      é: 'è\r\n-',
      e: '',
      t: 'x',
    })
  })

  it('has no prototype that a name could reach', async () => {
    const bytes = Buffer.from(field('__proto__', '1') + field('constructor', '2') + END)
    const fields = await parseMultipartForm(bytes, parseMediaType('multipart/form-data; boundary=B'), 10)
    expect(['toString', 'constructor'].filter((name) => name in Object.getPrototypeOf(fields))).toEqual([])
    expect(Object.entries(fields)).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
    ])
  })

  it.each([
    ['cut off', field('a', '1')],
    ['cut off in a part', '--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n1'],
    ['empty', ''],
    ['of another boundary', (field('a', '1') + END).replaceAll('--B', '--C')],
    ['with a part without a name', part('Content-Disposition: form-data', '1') + END],
    ['with a part without a disposition', part('X: y', '1') + END],
    ['with an empty name', field('', '1') + END],
    ['with a long name', field('a'.repeat(201), '1') + END],
    ['with a transfer encoding', field('a', 'MQ==', '\r\nContent-Transfer-Encoding: base64') + END],
    ['with a NUL', field('a', '\0') + END],
    [
      'that is not UTF-8',
      Buffer.concat([
        Buffer.from('--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n'),
        Buffer.from([0xff]),
        Buffer.from(`\r\n${END}`),
      ]),
    ],
    ['with more fields than the limit', Array.from({ length: 11 }, () => field('a', '1')).join('') + END],
  ])('%s is refused', async (_what, body) => {
    await expect(parse(body)).rejects.toThrow(invalid)
  })

  it.each([
    field('f', 'data', '; filename="a.txt"'),
    field('f', 'data', '; filename=""'),
    field('f', 'data', '\r\nContent-Type: application/octet-stream'),
    field('f', '\xff\xfe', '; filename="a.bin"\r\nContent-Type: image/png'),
  ])('with a file is refused with 415: %#', async (file) => {
    await expect(parse(Buffer.from(field('a', '1') + file + END, 'latin1'))).rejects.toThrow(
      expect.objectContaining({ status: 415, message: 'The part "f" is a file; this operation takes fields only.' }),
    )
  })

  it('survives a mebibyte of parts, headers and near-boundaries', async () => {
    const size = 1_048_576
    await expect(parse(field('a', '1').repeat(size / 60) + END)).rejects.toThrow(invalid)
    await expect(parse(part(`X: ${'y'.repeat(size)}`, '1') + END)).rejects.toThrow(invalid)
    expect(await parse(field('a', '\r\n--'.repeat(size / 4)) + END)).toEqual({ a: '\r\n--'.repeat(size / 4) })
  })
})
