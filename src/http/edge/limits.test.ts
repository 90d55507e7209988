import { describe, expect, it } from 'vitest'
import { DEFAULT_LIMITS, resolveLimits, type Limits } from './limits.ts'

describe('limits', () => {
  it('are the defaults where nothing is changed', () => {
    expect(resolveLimits()).toEqual(DEFAULT_LIMITS)
    expect(resolveLimits({ bodyBytes: 10 })).toEqual({ ...DEFAULT_LIMITS, bodyBytes: 10 })
  })

  it.each([0, -1, 1.5, NaN, Infinity, -Infinity, '10', null, undefined])('refuse %s', (value) => {
    expect(() => resolveLimits({ bodyBytes: value as number })).toThrow(
      /limits\.bodyBytes must be a whole number of at least 1/,
    )
  })

  it('let a stop go without a time of draining, and nothing else be 0', () => {
    expect(resolveLimits({ drainMs: 0 }).drainMs).toBe(0)
    expect(() => resolveLimits({ drainMs: -1 })).toThrow(/limits\.drainMs must be a whole number of at least 0/)
    expect(() => resolveLimits({ shutdownTimeoutMs: 0 })).toThrow(/at least 1/)
  })

  it('refuse a name that is not a limit', () => {
    expect(() => resolveLimits({ bodySize: 1 } as Partial<Limits>)).toThrow(
      /limits\.bodySize is not a limit.*bodyBytes/,
    )
  })

  it('refuse a delay that a timer cannot hold', () => {
    expect(() => resolveLimits({ handlerTimeoutMs: 2 ** 31 })).toThrow(/longest timer/)
  })

  it('refuse contradictions', () => {
    expect(() => resolveLimits({ headersTimeoutMs: 40_000 })).toThrow(/is longer than limits.requestTimeoutMs/)
    expect(() => resolveLimits({ targetBytes: 32_768 })).toThrow(/is more than limits.headerBytes/)
  })
})
