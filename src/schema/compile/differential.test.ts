import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import { wireSchema } from '../wire-schema.ts'
import { compileFast } from './compile.ts'
import { cases } from './differential-cases.fixture.ts'
import { mutate, randomFrom, type Random } from './random-values.fixture.ts'
import { REJECTED, UNDECIDED } from './runtime.ts'

const ROUNDS = 400

describe('the compiled code gives what Zod gives', () => {
  it.each(Object.entries(cases))('reading: %s', (_, { schema, wire: samples, source = 'json' }) => {
    const wire = wireSchema(schema, { source, in: source === 'json' ? 'body' : 'query' })
    const fast = compileFast(wire, { direction: 'decode', remembers: true })
    const accepted = compare(samples, fast, (value) => wire.schema._zod.run({ value, issues: [] }, {}))
    expect(accepted).toBeGreaterThan(0)
  })

  it.each(Object.entries(cases).filter(([, { oneWay }]) => oneWay !== true))(
    'writing: %s',
    (_, { schema, wire: samples, value }) => {
      const wire = wireSchema(schema, { source: 'json', in: 'body' })
      const fast = compileFast(wire, { direction: 'encode', remembers: true })
      const accepted = compare(value ?? samples, fast, (each) =>
        wire.schema._zod.run({ value: each, issues: [] }, { direction: 'backward' }),
      )
      expect(accepted).toBeGreaterThan(0)
    },
  )

  it("and the schema Zod runs is the user's own where the wire needs nothing", () => {
    const unchanged = Object.values(cases).filter(({ value, source }) => value === undefined && source === undefined)
    expect(unchanged.length).toBeGreaterThan(35)
    for (const { schema } of unchanged) expect(wireSchema(schema, { source: 'json', in: 'body' }).schema).toBe(schema)
  })
})

type ZodRun = (value: unknown) => { value: unknown; issues: readonly unknown[] } | Promise<unknown>

/** How many of the values both accepted. */
function compare(samples: readonly unknown[], fast: (value: unknown) => unknown, zod: ZodRun): number {
  const random: Random = randomFrom(20_260_131)
  let accepted = 0
  for (let round = 0; round < ROUNDS; round++) {
    const sample = samples[round % samples.length]
    const value = round < samples.length ? sample : mutate(sample, random)
    const got = outcome(() => fast(value))
    if (got.result === UNDECIDED) continue
    const wanted = outcome(() => {
      const result = zod(value) as { value: unknown; issues: readonly unknown[] }
      return result.issues.length === 0 ? result.value : REJECTED
    })
    // A throwing refinement may be reached by one and not by the other, which stopped before; both fail.
    const same =
      wanted.threw || got.threw ? got.threw || got.result === REJECTED : isDeepStrictEqual(got.result, wanted.result)
    if (!same) expect({ value, got }).toEqual({ value, got: wanted })
    if (wanted.result === REJECTED || wanted.threw) continue
    expect(keyOrder(got.result)).toBe(keyOrder(wanted.result))
    accepted += 1
  }
  return accepted
}

function outcome(run: () => unknown): { result: unknown; threw: boolean } {
  try {
    return { result: run(), threw: false }
  } catch {
    return { result: undefined, threw: true }
  }
}

function keyOrder(value: unknown): string | undefined {
  return JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? `${each}n` : each))
}
