import { describe, expect, it } from 'vitest'
import { deepMerge } from './merge.ts'

describe('deepMerge', () => {
  it('merges objects, appends lists, replaces the rest and removes what is undefined', () => {
    const base = { a: { b: 1, c: [1] }, d: 'old', e: 1 }
    expect(deepMerge(base, { a: { c: [2], f: 3 }, d: ['new'], e: undefined })).toEqual({
      a: { b: 1, c: [1, 2], f: 3 },
      d: ['new'],
    })
  })

  it('leaves its arguments as they were', () => {
    const base = { a: { b: [1] } }
    const extra = { a: { b: [2] } }
    deepMerge(base, extra)
    expect([base, extra]).toEqual([{ a: { b: [1] } }, { a: { b: [2] } }])
  })
})
