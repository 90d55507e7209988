import { expect, test } from 'vitest'
import type { MailTemplate } from '../core/services.ts'
import type { MailData } from './render.ts'
import { MAIL_TEMPLATES } from './templates.ts'

const names = Object.keys(MAIL_TEMPLATES) as MailTemplate[]
const link = 'https://app.example.com/x?a=1&token=t'
const data: MailData = {
  to: 'ada@example.com',
  appName: 'Notes',
  origin: 'https://app.example.com',
  link,
  token: 't',
  details: {},
}

test.each(names)('%s says the same as text and as HTML, with its link', (name) => {
  const { subject, text, html = '' } = MAIL_TEMPLATES[name](data)
  expect(subject).not.toBe('')
  expect(text).toContain(`\n${link}\n`)
  expect(html).toContain('href="https://app.example.com/x?a=1&amp;token=t"')
  expect(html).toContain('<html lang="en">')
  expect(html.match(/(?:src|href)="/g)).toHaveLength(1)
})

test.each(names)('%s needs no link', (name) => {
  const { text, html } = MAIL_TEMPLATES[name]({ ...data, link: undefined, token: undefined })
  expect(text + html).not.toMatch(/undefined|href/)
})

test.each(names)('%s escapes what people have typed, and gives them no message of their own', (name) => {
  const typed = `<a href="https://evil.example">x</a>\r\nBcc: eve@example.com\n${'y'.repeat(500)}`
  const details = { organisation: typed, email: typed, change: typed }
  const { subject, text, html } = MAIL_TEMPLATES[name]({ ...data, appName: 'A & <B>', link: undefined, details })
  expect(subject).not.toMatch(/[\r\n]/)
  expect(text).not.toMatch(/^Bcc/m)
  expect(text).not.toContain('y'.repeat(80))
  expect(html).not.toMatch(/<a |<B>/)
})
