import { expect, it } from 'vitest'
import { z } from 'zod'
import type { Issue } from '../core/errors/index.ts'
import { commaSeparated, compileInput, describeParameters } from './index.ts'

const query = z.object({
  sort: commaSeparated(z.array(z.enum(['a', '-a', 'b'])).min(1)).optional(),
  ids: commaSeparated(z.array(z.int())).default([]),
  plain: z.array(z.string()).optional(),
})
const read = compileInput(query, { source: 'strings', in: 'query' })

it('a list parted by commas is read from one text, from several, and from both', () => {
  for (const sort of ['a,b', ['a', 'b'], ['a,b']]) expect(read({ sort }, [])).toEqual({ sort: ['a', 'b'], ids: [] })
  expect(read({ ids: ['1,2', '3'] }, [])).toEqual({ ids: [1, 2, 3] })
})

it('other lists keep their commas', () => {
  expect(read({ plain: 'a,b' }, [])).toEqual({ plain: ['a,b'], ids: [] })
})

it('each item that does not fit is reported at its place, as it was sent', () => {
  const issues: Issue[] = []
  expect(read({ sort: 'a,c', ids: '1,x,' }, issues)).toBeUndefined()
  expect(issues.map(({ path, code, input }) => ({ path, code, input }))).toEqual([
    { path: ['sort', 1], code: 'enum', input: 'c' },
    { path: ['ids', 1], code: 'int_parsing', input: 'x' },
    { path: ['ids', 2], code: 'int_parsing', input: '' },
  ])
})

it('descriptions of parameters say so', () => {
  const described = describeParameters(query, 'query').map(({ name, commaSeparated: marked }) => [name, marked])
  expect(described).toEqual([
    ['sort', true],
    ['ids', true],
    ['plain', undefined],
  ])
})

it('in JSON it is a list like any other', () => {
  const body = compileInput(z.object({ ids: commaSeparated(z.array(z.int())) }), { source: 'json', in: 'body' })
  expect(body({ ids: [1] }, [])).toEqual({ ids: [1] })
  expect(body({ ids: '1,2' }, [])).toBeUndefined()
})
