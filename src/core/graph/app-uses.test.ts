import { expect, test } from 'vitest'
import { appUsesOf } from './app-uses.ts'
import type { AppNode, Use } from './plan.ts'

const nodeOf = (value: unknown): AppNode => ({ value }) as AppNode

test('values that live as long as the app are put together once, until it is started anew', () => {
  const node = nodeOf('first')
  const valuesOf = appUsesOf([[], [{ key: 'cache', from: 'app', node }]])!
  const values = valuesOf(1)
  expect([valuesOf(0), values]).toEqual([{}, { cache: 'first' }])
  expect(valuesOf(1), 'the same for every request').toBe(values)
  node.value = 'second'
  expect(valuesOf(1)).toEqual({ cache: 'second' })
})

test('one use of the request is enough for them to be put together per request', () => {
  const ofRequest: Use = { key: 'request', from: 'builtin', name: 'request' }
  expect(appUsesOf([[{ key: 'cache', from: 'app', node: nodeOf(1) }], [ofRequest]])).toBeUndefined()
})
