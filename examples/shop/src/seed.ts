import { hashPassword } from 'ashlar/auth'
import { defineSeed } from 'ashlar/data'
import { slugOf } from './catalogue/slug.ts'
import { database } from './database.ts'
import { account, category, credentials, inCategory, pieces, product } from './factories.ts'

const PASSWORD = 'teapots and cups'

const PEOPLE = { customer: [], staff: ['staff'], manager: ['staff', 'manager'] } as const

const PRODUCTS = [
  {
    name: 'Tea pot',
    description: 'Holds a litre, keeps it warm.',
    price: '34.00',
    cost: '12.50',
    in: 'pots',
    pieces: 20,
  },
  { name: 'Coffee pot', description: 'Enamel, for six cups.', price: '42.00', cost: '17.00', in: 'pots', pieces: 8 },
  { name: 'Cup', description: 'Thin, white, without a handle.', price: '9.50', cost: '2.10', in: 'cups', pieces: 200 },
  { name: 'Mug', description: 'Thick. Survives dishwashers.', price: '12.00', cost: '3.40', in: 'cups', pieces: 0 },
] as const

/** A small shop: three people who can log in, and something to buy. */
export const seed = defineSeed({ tx: database.transaction }, async ({ tx }) => {
  const passwordHash = await hashPassword(PASSWORD)
  for (const [name, roles] of Object.entries(PEOPLE)) {
    const { id: userId } = await account.create(tx, { name, email: `${name}@example.com`, roles: [...roles] })
    await credentials.create(tx, { userId, passwordHash })
  }
  const dishes = await category.create(tx, { name: 'Dishes', slug: 'dishes' })
  const below = { parentId: dishes.id }
  const categories = {
    pots: await category.create(tx, { name: 'Pots', slug: 'pots', ...below }),
    cups: await category.create(tx, { name: 'Cups', slug: 'cups', ...below }),
  }
  for (const each of PRODUCTS) {
    const { name, description, price, cost } = each
    const { id: productId } = await product.create(tx, { name, slug: slugOf(name), description, price, cost })
    await pieces.create(tx, { productId, pieces: each.pieces })
    await inCategory.create(tx, { productId, categoryId: categories[each.in].id })
    await inCategory.create(tx, { productId, categoryId: dishes.id })
  }
  return `Log in as customer@example.com, staff@example.com or manager@example.com: ${PASSWORD}`
})
