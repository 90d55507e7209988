import type { SearchOptions } from 'ashlar/data'

/** For the list and for its index alike: PostgreSQL uses an index only for the very expression it was made on. */
export const productSearch: SearchOptions<'name' | 'description'> = {
  columns: ['name', 'description'],
  language: 'english',
  prefix: true,
  weights: { name: 'A' },
}
