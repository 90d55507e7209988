import { describe, expect, it } from 'vitest'
import { randomFrom } from './compile/random-values.fixture.ts'
import { isoText } from './iso-date.ts'

describe('isoText', () => {
  it('gives what toISOString gives, for any time', () => {
    const random = randomFrom(7)
    const edges = [
      '0001-01-01',
      '0099-12-31',
      '1582-10-15',
      '1899-12-31',
      '1900-03-01',
      '1970-01-01',
      '2000-02-29',
      '2100-02-28',
      '9999-12-31',
      '-000001-01-01',
      '+010000-01-01',
    ]
    for (const edge of edges) {
      for (const offset of [-1, 0, 1, 999, 86_399_999]) expectSame(new Date(new Date(edge).getTime() + offset))
    }
    for (let round = 0; round < 20_000; round++)
      expectSame(new Date(Math.floor((random() - 0.5) * 8.64e15 * (round % 2 === 0 ? 0.05 : 2))))
  })

  it('refuses an invalid date as toISOString does', () => {
    expect(() => isoText(new Date(Number.NaN))).toThrow(RangeError)
  })
})

function expectSame(date: Date): void {
  if (isoText(date) !== date.toISOString()) expect(isoText(date)).toBe(date.toISOString())
}
