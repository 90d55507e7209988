import { expect, test } from 'vitest'
import { requestText } from './request-text.ts'
import { RequestTree } from './request-tree.ts'

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

test('nothing of a request makes a line of its own, or is obeyed by the terminal', () => {
  const text = requestText(line, undefined, false)
  expect(text.split('\n')).toHaveLength(2)
  // oxlint-disable-next-line no-control-regex -- these are what it is about
  expect(text.replaceAll(/\u001b\[\d+m/g, '')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
})

test('a call to somewhere else says what was asked of whom and how it ended, and no name of an attribute', async () => {
  const tree = new RequestTree()
  const fields = {
    'http.request.method': 'GET',
    'server.address': 'rates.example',
    'url.full': 'https://rates.example/today',
  }
  const ended = (): { 'http.response.status_code': number } => ({ 'http.response.status_code': 503 })
  await tree.step('outbound', 'GET rates.example', () => Promise.resolve(), { fields, ended })
  const failed = tree.step('outbound', 'GET rates.example', () => Promise.reject(new Error('gone')), { fields })
  await failed.catch(() => undefined)
  const text = requestText({ ...line, path: '/' }, tree, false)
  expect(text).toMatch(/outbound GET https:\/\/rates\.example\/today 503 \S+/)
  expect(text).toMatch(/outbound GET https:\/\/rates\.example\/today .*failed/)
  expect(text).not.toContain('server.address')
})
