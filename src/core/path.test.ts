import { expect, test } from 'vitest'
import { fillPath, joinPath } from './path.ts'

test.each([
  ['/', '/', '/', []],
  ['/api/', '/posts/', '/api/posts', []],
  ['/posts', '/', '/posts', []],
  ['', '/posts/:id/files/*rest', '/posts/:id/files/*rest', ['id', 'rest']],
])('%s and %s make %s', (prefix, path, joined, names) => {
  expect(joinPath(prefix, path)).toEqual({ path: joined, names })
})

test.each([
  ['posts', 'must start with "/"'],
  ['/a b', '"a b" is not a segment'],
  ['/*rest/more', 'so it must be last'],
  ['/:id/:id', 'the parameter "id" stands twice'],
  ['/:', '":" is not a segment'],
])('%s is refused: %s', (path, message) => {
  expect(() => joinPath('', path)).toThrow(message)
})

test('values are encoded, and a rest keeps its slashes', () => {
  expect(fillPath('/posts/:id/files/*rest', { id: 'a/b?', rest: 'x y/z' })).toBe('/posts/a%2Fb%3F/files/x%20y/z')
  expect(() => fillPath('/posts/:id', {})).toThrow('needs a value for "id"')
})

test('a value is never a step to another path, which URLs resolve even where it is encoded', () => {
  for (const value of ['.', '..']) expect(() => fillPath('/posts/:id', { id: value })).toThrow('lead elsewhere')
  expect(() => fillPath('/files/*rest', { rest: 'a/../../admin' })).toThrow('lead elsewhere')
  expect(fillPath('/posts/:id', { id: '...' })).toBe('/posts/...')
  expect(fillPath('/posts/:id', { id: '../x' })).toBe('/posts/..%2Fx')
})
