import { named, route } from 'ashlar'
import { anyone } from 'ashlar/access'
import { repository } from 'ashlar/data'
import { defineError } from 'ashlar/errors'
import { z } from 'zod'
import { permission } from '../auth.ts'
import { database } from '../database.ts'
import { stock } from './tables.ts'

export const TooFewPieces = defineError({
  code: 'too_few_pieces',
  status: 409,
  title: 'There are not so many pieces',
  data: z.object({ pieces: z.int() }),
})

const Adjustment = named('StockAdjustment', z.object({ by: z.int().min(-10_000).max(10_000) }))
const Stock = named('Stock', z.object({ productId: z.guid(), pieces: z.int() }))

const editor = permission('catalogue:write')

const stockRepository = repository(stock, { database, access: { read: anyone, update: editor }, audit: true })

export const adjustStock = route.post(
  '/:id/stock',
  {
    access: editor,
    params: z.object({ id: z.guid() }),
    body: Adjustment,
    uses: { stock: stockRepository },
    response: Stock,
    errors: [TooFewPieces],
    summary: 'Add pieces, or take them away',
  },
  async ({ params, body, stock }) => {
    // Nobody else changes it between here and the end of the operation.
    const { pieces } = await stock.lock(params.id)
    const left = pieces + body.by
    if (left < 0) throw new TooFewPieces(`There are ${pieces}.`, { data: { pieces } })
    return stock.update(params.id, { pieces: left })
  },
)
