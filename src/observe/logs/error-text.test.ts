import { describe, expect, test } from 'vitest'
import { safeText } from './error-text.ts'

describe('what somebody sends and an error repeats', () => {
  // Patterns that try every beginning need minutes for some of these, while the whole process waits (GH10).
  test.each([
    ['names with dots', 'a.'],
    ['beginnings of tokens', '-eyJaaaaaaaa'],
    ['tokens with one dot', 'eyJaaaaaaaa.'],
    ['half messages of JSON.parse', 'Unexpected token , '],
    ['half addresses', 'a://x'],
    ['half credentials', 'Bearer '],
    ['lines of parameters', 'params: \n'],
    ['spaces', ' '],
    ['one word', 'x'],
    ['half queries', '?a'],
    ['parameters of queries', '&token=a'],
  ])('costs little: %s', (_, part) => {
    const text = part.repeat(1_000_000 / part.length)
    expect(safeText(text, ['a credential']).length).toBeLessThan(40_000)
  })

  test('is cut at a word, so that nothing is shown of a credential that the cut would have gone through', () => {
    for (let before = 16_350; before < 16_400; before += 1) {
      const text = `${'x '.repeat(before / 2)}${'x'.repeat(before % 2)} postgres://app:canary-in-it@db/shop and more ${'y '.repeat(50)}`
      expect(safeText(text, [])).not.toContain('canary')
    }
  })
})

test.each([
  ['connect to postgres://app:canary@db/shop', 'connect to postgres://[redacted]@db/shop'],
  ['x-eyJhbGciOiJub25lIn0.eyJjYW5hcnkiOjF9.canary!', 'x-[redacted]!'],
  [`Unexpected token 'c', "canary" is not valid JSON`, `Unexpected token 'c', (left out) is not valid JSON`],
  [
    'Failed query: select $1\nparams: canary\n    at there',
    'Failed query: select $1\nparams: (left out)\n    at there',
  ],
  ['it said: Bearer canary-4711', 'it said: Bearer [redacted]'],
  [
    'request to https://api.example/x?page=2&api_key=canary&X-Amz-Signature=canary#top failed',
    'request to https://api.example/x?page=2&api_key=[redacted]&X-Amz-Signature=[redacted]#top failed',
  ],
  [
    'GET "https://api.example/x?key=canary", code=ECONNRESET',
    'GET "https://api.example/x?key=[redacted]", code=ECONNRESET',
  ],
])('%s', (text, shown) => {
  expect(safeText(text, [])).toBe(shown)
})
