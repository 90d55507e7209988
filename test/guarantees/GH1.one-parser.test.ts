import { expect, test } from 'vitest'
import { get, rawExchange } from './raw.ts'
import { TOKEN } from './sample.ts'
import { serveSample } from './serve.ts'

const sample = serveSample()

/** A small seeded generator, so that a failure can be repeated. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** One of the many ways to write a path: escapes in both cases, doubled escapes, dots, slashes and odd bytes put in. */
function disguise(path: string, random: () => number): string {
  let text = ''
  for (const character of path) {
    const roll = random()
    const hex = character.charCodeAt(0).toString(16).padStart(2, '0')
    if (roll < 0.12) text += `%${hex}`
    else if (roll < 0.18) text += `%${hex.toUpperCase()}`
    else if (roll < 0.2) text += `%25${hex}`
    else if (roll < 0.22) text += character.toUpperCase()
    else text += character
    if (random() < 0.06)
      text += ['/', './', '../', '//', '%2f', ';', '%00', '\\', '%5c', '%c0%ae', '?', '#', '.'][
        Math.floor(random() * 13)
      ]
  }
  return text
}

test('for 5,000 encodings of a protected path the guard runs whenever the handler does, and a stranger never gets through', async () => {
  const random = seeded(20_261_120)
  let reached = 0
  const targets = Array.from({ length: 5_000 }, () => disguise('/secret/42', random)).filter(
    (target) => target.startsWith('/') && !/[\s]/.test(target),
  )
  for (let i = 0; i < targets.length; i++) {
    const known = i % 2 === 0
    sample.trace.ran.length = 0
    const { statuses } = await rawExchange(
      sample.port,
      get(targets[i] ?? '/', known ? { authorization: `Bearer ${TOKEN}` } : {}),
    )
    const handler = sample.trace.ran.includes('secret')
    const guarded = sample.trace.ran.includes('guard')
    if (handler) reached += 1
    if (handler && (!known || !guarded)) expect.fail(`${targets[i]}: the handler ran without the guard`)
    if (statuses[0] === 200 && !handler && guarded) expect.fail(`${targets[i]}: answered 200 without the handler`)
  }
  expect(reached).toBeGreaterThan(100)
}, 120_000)

test.each(['/secret/4%32', '/%73ecret/42', '/secret/%34%32'])(
  '%s is the same path to router, guard and handler',
  async (target) => {
    const { body } = await rawExchange(sample.port, get(target, { authorization: `Bearer ${TOKEN}` }))
    expect(JSON.parse(body)).toEqual({ id: '42', user: 'ada' })
    expect((await rawExchange(sample.port, get(target))).statuses).toEqual([401])
  },
)
