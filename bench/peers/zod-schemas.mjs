import { z } from 'zod'
import { CURRENCIES, EMAIL_PATTERN, REGIONS, SKU_PATTERN } from '../http/domain.ts'

export const ProductParams = z.object({ id: z.coerce.number().int() })

export const NewOrder = z.object({
  customer: z.string().min(1).max(100),
  email: z.string().max(254).regex(new RegExp(EMAIL_PATTERN)),
  sku: z.string().regex(new RegExp(SKU_PATTERN)),
  quantity: z.int().min(1).max(100),
  unitPrice: z.number().min(0),
  currency: z.enum(CURRENCIES),
  express: z.boolean(),
  tags: z.array(z.string().min(1).max(30)).max(10),
})

export const AccountQuery = z.object({ region: z.enum(REGIONS).default('eu') })
