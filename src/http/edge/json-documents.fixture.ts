/** A JSON text, more often than not with something in it that a strict parser refuses, or that only looks like it. */
export function randomDocument(random: () => number): string {
  const text = value(random, 0)
  if (random() > 0.15) return text
  const at = Math.floor(random() * text.length)
  const junk = ['', ',', '"', '\\', ':', '}', ']', '{', ' ', '0', '\t', '\u0001', 'e', '-'][Math.floor(random() * 14)]!
  return (text.slice(0, at) + junk + text.slice(at + Math.floor(random() * 2))).toWellFormed()
}

const KEYS = [
  'a',
  'b',
  'c',
  '\\u0061',
  'a:',
  '\\":',
  'constructor',
  'prototype',
  '',
  'é',
  '0',
  '__proto_',
  'd',
  'e',
  'f',
  'g',
  'h',
  'id',
  'name',
]
const RARE_KEYS = ['__proto__', '\\u005f_proto__', '\\ud800']
const STRINGS = [
  'x',
  '',
  ':',
  '\\":',
  '\\"a\\":1',
  '{\\"a\\":1}',
  '\\\\',
  'é😀',
  '\\ud83d\\ude00',
  '\\n',
  '__proto__',
  '12:30',
  'a\\" : b',
]
const RARE_STRINGS = ['\\ud83d', '\\udc00x', '\\ud800\\ud800']
const NUMBERS = ['0', '-0', '1', '-1.5', '1e3', '9007199254740991', '1e300', '1.5E-400', '123456789.123456789']
const RARE_NUMBERS = ['9007199254740992', '-9007199254740993', '1e400', '-1E999', '01', '1.', '12345678901234567890']

function value(random: () => number, depth: number): string {
  const kind = random()
  if (depth < 5 && kind < 0.35) return object(random, depth)
  if (depth < 5 && kind < 0.55)
    return wrap(
      random,
      '[',
      list(random, () => value(random, depth + 1)),
      ']',
    )
  if (kind < 0.75) return `"${pick(random, random() < 0.03 ? RARE_STRINGS : STRINGS)}"`
  if (kind < 0.95) return pick(random, random() < 0.06 ? RARE_NUMBERS : NUMBERS)
  return pick(random, ['true', 'false', 'null'])
}

function object(random: () => number, depth: number): string {
  const key = (): string => pick(random, random() < 0.02 ? RARE_KEYS : KEYS)
  const members = list(random, () => `"${key()}"${space(random)}:${space(random)}${value(random, depth + 1)}`)
  return wrap(random, '{', members, '}')
}

function list(random: () => number, item: () => string): string {
  return Array.from({ length: Math.floor(random() * 4) }, item).join(`${space(random)},${space(random)}`)
}

const wrap = (random: () => number, open: string, content: string, close: string): string =>
  open + space(random) + content + space(random) + close
const space = (random: () => number): string => (random() < 0.8 ? '' : pick(random, [' ', '\n', '\t', '\r\n  ']))
const pick = (random: () => number, from: readonly string[]): string => from[Math.floor(random() * from.length)]!
