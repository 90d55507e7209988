import { describe, expect, it } from 'vitest'
import { negotiateType } from './accept.ts'

describe('the media type of a response', () => {
  it.each([
    undefined,
    '',
    '*/*',
    'application/json',
    'application/*',
    'text/html, */*;q=0.1',
    'application/json;q=0.5, text/html',
    'APPLICATION/JSON',
  ])('is the one offered where Accept is %s', (accept) => {
    expect(negotiateType(accept, ['application/json'])).toBe('application/json')
  })

  it('is the one preferred of several', () => {
    expect(negotiateType('text/html;q=0.5, text/csv', ['application/json', 'text/html', 'text/csv'])).toBe('text/csv')
    expect(negotiateType('*/*', ['application/json', 'text/csv'])).toBe('application/json')
  })

  it.each(['text/html', 'application/json;q=0', 'application/jsonx', 'text/*', '*/*;q=0', 'nonsense'])(
    'is none where Accept is %s: 406',
    (accept) => {
      expect(() => negotiateType(accept, ['application/json'])).toThrow(expect.objectContaining({ status: 406 }))
    },
  )
})
