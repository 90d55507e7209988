import { expect, test } from 'vitest'
import { requestText } from './request-text.ts'

test('nothing of a request makes a line of its own, or is obeyed by the terminal', () => {
  const line = {
    requestId: 'r1',
    method: 'GET',
    path: '/things/\u001b[2J\u009b31m',
    operation: 'read',
    status: 200,
    durationMs: 1,
    userId: 'ada\nGET /admin 200\r\t\u001b]0;title\u0007',
    address: '',
    statements: undefined,
    statementsMs: undefined,
    error: undefined,
  }
  const text = requestText(line, undefined, false)
  expect(text.split('\n')).toHaveLength(2)
  // oxlint-disable-next-line no-control-regex -- these are what it is about
  expect(text.replaceAll(/\u001b\[\d+m/g, '')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
})
