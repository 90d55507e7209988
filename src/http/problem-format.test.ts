import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineError } from '../core/errors/index.ts'
import { problemFormat } from './problem-format.ts'

test('what is the same in every answer of an error is in its schema, as the docs page shows it', () => {
  const SoldOut = defineError({ code: 'sold_out', status: 409, title: 'Sold out', data: z.object({ left: z.int() }) })
  const schema = problemFormat.schema([SoldOut], () => ({ $ref: '#/Left' }))
  const { status, body } = problemFormat.render(new SoldOut('The last mug is gone.', { data: { left: 0 } }), {
    id: 'r1',
    method: 'POST',
    path: '/orders',
  })
  const { type, title, code } = body as Record<string, unknown>
  expect(schema).toMatchObject({
    $ref: '#/$defs/SoldOutProblem',
    $defs: {
      SoldOutProblem: {
        allOf: [
          { $ref: '#/$defs/Problem' },
          {
            properties: {
              type: { const: type },
              title: { const: title },
              status: { const: status },
              code: { const: code },
              data: { $ref: '#/Left' },
            },
          },
        ],
      },
    },
  })
})
