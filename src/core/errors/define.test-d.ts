import { expectTypeOf } from 'vitest'
import { z } from 'zod'
import { defineError, NotFound, type AshlarError } from './index.ts'

const OutOfStock = defineError({
  code: 'out_of_stock',
  status: 409,
  title: 'Out of stock',
  data: z.object({ left: z.int() }),
})

// `instanceof` tells classes of errors apart, and leaves the others in the branch after it
export function describe(error: AshlarError): string {
  if (error instanceof OutOfStock) {
    expectTypeOf(error.data).toEqualTypeOf<{ left: number }>()
    expectTypeOf(error.status).toEqualTypeOf<409>()
    return String(error.data.left)
  }
  if (error instanceof NotFound) {
    expectTypeOf(error.code).toEqualTypeOf<'not_found'>()
    return error.code
  }
  expectTypeOf(error).toEqualTypeOf<AshlarError>()
  return error.title
}

expectTypeOf(new OutOfStock('none', { data: { left: 0 } })).toExtend<AshlarError>()
// @ts-expect-error the data is required
export const missing = new OutOfStock('none')
