import { describe, expect, it } from 'vitest'
import { summaryOf } from './summary.ts'

describe('summaryOf', () => {
  it.each([
    ['posts.publish', 'Publish posts'],
    ['blog.posts.list', 'List posts'],
    ['posts.publishDraft', 'Publish draft'],
    ['health', 'Health'],
    ['shortURLs.create', 'Create short URLs'],
    ['admin.exportCSV', 'Export CSV'],
    ['list_all', 'List all'],
  ])('makes of %s the words "%s"', (name, summary) => {
    expect(summaryOf(name)).toBe(summary)
  })
})
