import { named } from 'ashlar'
import { z } from 'zod'

/** What this API answers where there is nothing to tell. */
export const Message = named('Message', z.object({ message: z.string() }))

/** `?skip=20&limit=10` */
export const Paging = z.object({
  skip: z.int().min(0).max(10_000).default(0),
  limit: z.int().min(1).max(1000).default(100),
})
