import { expect, test } from 'vitest'
import { SecretPaths } from './secret-paths.ts'

const paths = new SecretPaths()
paths.add({ template: '/invitations/:token/members/:id', hidden: new Set(['token']) })
paths.add({ template: '/files/:key/*rest', hidden: new Set(['rest']) })
paths.add({ template: '/posts/:id', hidden: new Set() })

test.each([
  ['/posts/42', '/posts/42'],
  ['/invitations/abc/members/7', '/invitations/[redacted]/members/7'],
  ['/files/k/a/b/c', '/files/k/[redacted]'],
  ['/invitations/abc', '/invitations/abc'],
])('%s is shown as %s', (path, shown) => {
  expect(paths.shown(path)).toBe(shown)
})

test('a path without end is cut', () => {
  expect(paths.shown(`/${'x'.repeat(9_000)}`)).toHaveLength(501)
})
