import { expect, test } from 'vitest'
import type { Logger } from '../../core/request.ts'
import type { Mailer, Message } from '../../mail/mailer.ts'
import { Outbox, type Posted } from './outbox.ts'

const message: Message = { to: 'ada@example.com', subject: 'Hello', text: 'token=SECRET' }
const posted: Posted = { template: 'reset-password', render: () => message, secret: 'SECRET' }

function logged() {
  const lines: { readonly level: string; readonly [field: string]: unknown }[] = []
  const at = (level: string) => (fields: object, text?: string) => void lines.push({ level, text, ...fields })
  const log: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  return { lines, log }
}

/** Refuses the first ones with `error`. */
function failing(times: number, error: unknown) {
  const sent: Message[] = []
  let left = times
  const mailer: Mailer = {
    send: (each) => {
      left -= 1
      if (left >= 0) return Promise.reject(error)
      sent.push(each)
      return Promise.resolve()
    },
  }
  return { sent, mailer }
}

test('a message is handed to the mailer at once', () => {
  const { sent, mailer } = failing(0, undefined)
  new Outbox({ mailer, log: logged().log }).post(posted)
  expect(sent).toEqual([message])
})

test('a mailer that fails is asked again, and the log names the template alone', async () => {
  const { lines, log } = logged()
  const error = Object.assign(new Error('cannot send token=SECRET'), { code: 'ECONNECTION', rejected: message.to })
  const { sent, mailer } = failing(2, error)
  new Outbox({ mailer, log, retryDelaysMs: [1, 1, 1] }).post(posted)
  await expect.poll(() => sent).toEqual([message])
  expect(lines).toEqual(
    [1, 2].map((attempt) => ({
      level: 'warn',
      text: 'a mail could not be sent; it is tried again',
      template: 'reset-password',
      attempt,
      error: 'Error',
      reason: 'cannot send token=(token)',
      code: 'ECONNECTION',
    })),
  )
})

test('after its last try a message is given up', async () => {
  const { lines, log } = logged()
  const { sent, mailer } = failing(4, new Error('no'))
  new Outbox({ mailer, log, retryDelaysMs: [1, 1, 1] }).post(posted)
  await expect.poll(() => lines.at(-1)).toMatchObject({ level: 'error', text: 'a mail was given up', attempt: 4 })
  expect(sent).toEqual([])
})

test.each([
  ['what the server refuses for good', Object.assign(new Error('550 no mailbox'), { responseCode: 550 })],
  ['a message that is none', new TypeError('no address')],
])('%s is not tried again', async (_, error) => {
  const { lines, log } = logged()
  const { sent, mailer } = failing(1, error)
  const outbox = new Outbox({ mailer, log, retryDelaysMs: [1] })
  outbox.post(posted)
  await expect.poll(() => lines).toMatchObject([{ level: 'error', attempt: 1 }])
  await outbox.drain()
  expect(sent).toEqual([])
})

test('a template that throws is logged, and nobody else is disturbed', async () => {
  const { lines, log } = logged()
  const { sent, mailer } = failing(0, undefined)
  const outbox = new Outbox({ mailer, log })
  outbox.post({
    ...posted,
    render: () => {
      throw new Error('no SECRET here')
    },
  })
  outbox.post(posted)
  await outbox.drain()
  expect(lines).toMatchObject([{ level: 'error', reason: 'no (token) here' }])
  expect(sent).toEqual([message])
})

test('at the stop, what waits for another try has it at once', async () => {
  const { lines, log } = logged()
  const { sent, mailer } = failing(1, new Error('not yet'))
  const outbox = new Outbox({ mailer, log, retryDelaysMs: [3_600_000] })
  outbox.post(posted)
  await expect.poll(() => lines).toHaveLength(1)
  await outbox.drain()
  expect(sent).toEqual([message])
})

test('the stop does not wait for a mailer that never answers, and says what was lost', async () => {
  const { lines, log } = logged()
  const outbox = new Outbox({ mailer: { send: () => new Promise(() => {}) }, log, drainTimeoutMs: 20 })
  outbox.post(posted)
  await outbox.drain()
  expect(lines).toMatchObject([{ level: 'error', messages: 1 }])
})

test('a mailer that is silent for long fills the memory up to a limit', () => {
  const { lines, log } = logged()
  const outbox = new Outbox({ mailer: { send: () => new Promise(() => {}) }, log })
  for (let i = 0; i < 10_001; i += 1) outbox.post(posted)
  expect(lines).toMatchObject([{ level: 'error', template: 'reset-password' }])
})
