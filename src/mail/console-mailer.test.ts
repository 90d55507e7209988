import { expect, test } from 'vitest'
import { consoleMailer } from './console-mailer.ts'

test('a message can be read, link and all', async () => {
  const written: string[] = []
  const mailer = consoleMailer({ write: (text) => written.push(text) })
  await mailer.send({ to: 'ada@example.com', subject: 'Hello', text: 'Go on:\nhttp://localhost:3000/x?token=y' })
  expect(written).toEqual([
    [
      '┌── mail (not sent: development)',
      '│ To:      ada@example.com',
      '│ Subject: Hello',
      '│',
      '│ Go on:',
      '│ http://localhost:3000/x?token=y',
      '└──',
      '',
    ].join('\n'),
  ])
})

test('what a message holds cannot move the cursor of the terminal', async () => {
  const written: string[] = []
  const mailer = consoleMailer({ write: (text) => written.push(text) })
  await mailer.send({ to: 'ada@example.com', subject: 'a\u001b[2Jb', text: 'c\rd\u009b2Je' })
  expect(written.join('')).toContain('a?[2Jb')
  expect(written.join('')).toContain('c?d?2Je')
})
