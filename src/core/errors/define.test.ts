import { expect, test } from 'vitest'
import { z } from 'zod'
import * as catalogue from './catalogue.ts'
import { AshlarError, defineError, type ErrorClass } from './define.ts'

const classes = Object.values(catalogue) as unknown as ErrorClass[]

test('every code of the catalogue is unique, with a status, a title and what to do', () => {
  const codes = classes.map(({ code }) => code)
  expect(new Set(codes).size).toBe(codes.length)
  for (const { code, status, title, fix = '' } of classes)
    expect({ code, valid: status >= 400 && status < 600 && title !== '' && fix !== '' }).toEqual({ code, valid: true })
})

test('an error carries its code, status, detail, data and headers', () => {
  const OutOfStock = defineError({
    code: 'out_of_stock',
    status: 409,
    title: 'Out of stock',
    data: z.object({ left: z.int() }),
  })
  const cause = new Error('why')
  const error = new OutOfStock('Only 2 left.', { data: { left: 2 }, headers: { 'retry-after': '1' }, cause })
  expect(error).toBeInstanceOf(AshlarError)
  expect(error).toMatchObject({
    code: 'out_of_stock',
    status: 409,
    title: 'Out of stock',
    message: 'Only 2 left.',
    data: { left: 2 },
    cause,
  })
})

test('a code that is not snake_case and a status that is no error are refused', () => {
  expect(() => defineError({ code: 'Out-Of-Stock', status: 409, title: 'x' })).toThrow('snake_case')
  expect(() => defineError({ code: 'fine', status: 200, title: 'x' })).toThrow('400 to 599')
})
