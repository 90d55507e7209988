import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { sectionOf } from './reference.fixture.ts'
import { lintRules } from './rules.ts'

const text = readFileSync('docs/migration-rules.md', 'utf8')
const sections = text.split(/^(?=### )/m).slice(1)

test('docs/migration-rules.md has every rule as the code has it, in its order, and no other', async () => {
  const inCode = await Promise.all(lintRules.map(sectionOf))
  expect(sections.map((section) => section.trimEnd())).toEqual(inCode)
})

test('its overview leads to each of them', () => {
  const rows = [...text.matchAll(/^\| \[([a-z0-9-]+)\]\(#([a-z0-9-]+)\) +\| (.+?) +\| (error|warning) +\|$/gm)]
  expect(rows.map(([, id, anchor, title, severity]) => ({ id, anchor, title, severity }))).toEqual(
    lintRules.map(({ id, title, severity }) => ({ id, anchor: id, title, severity })),
  )
})
