import { dependency } from 'ashlar'
import type { ResourceRules } from 'ashlar/data'
import { defineError } from 'ashlar/errors'
import { slugOf } from './slug.ts'
import { stock, type products } from './tables.ts'

export const PriceBelowCost = defineError({
  code: 'price_below_cost',
  status: 422,
  title: 'The price is below what the product costs',
  fix: 'Choose a price that covers the cost.',
})

/** What holds whenever a product is written, whoever writes it. */
export const productRules = dependency({ errors: [PriceBelowCost] }, (): ResourceRules<typeof products> => ({
  beforeCreate: (values) => {
    mustCoverCost(values)
    return { ...values, slug: slugOf(values.name) }
  },
  // In the transaction of the product: there is none without its stock.
  afterCreate: async ({ id }, { tx }) => {
    await tx.insert(stock).values({ productId: id })
  },
  // Who changes the price alone is held to the cost that is there. The slug stays: links lead to it.
  beforeUpdate: (changes, product) => mustCoverCost({ ...product, ...changes }),
}))

function mustCoverCost({ price, cost }: { readonly price: string; readonly cost: string }): void {
  // Decimals of ten digits keep their order as numbers; they must not be added as such.
  if (Number(price) < Number(cost)) throw new PriceBelowCost(`A price of ${price} does not cover the cost.`)
}
