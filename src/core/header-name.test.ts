import { expect, test } from 'vitest'
import { headerName } from './header-name.ts'

test.for([
  ['x-tenant', 'x-tenant'],
  ['userAgent', 'user-agent'],
  ['user_agent', 'user-agent'],
  ['xTrace', 'x-trace'],
  ['ETag', 'e-tag'],
  ['DNT', 'dnt'],
  ['ifNoneMatch2', 'if-none-match2'],
  ['XRequestID', 'x-request-id'],
])('the key %s reads the header %s', ([key, header]) => {
  expect(headerName(key as string)).toBe(header)
})
