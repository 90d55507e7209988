import { createApp, router } from 'ashlar'
import { accountApi } from './accounts/operations.ts'
import { auth } from './auth.ts'
import { categoryApi, productApi, productCategoryApi } from './catalogue/operations.ts'
import { database } from './database.ts'
import { orderApi, orderLineApi } from './orders/operations.ts'
import { reportApi } from './reports/operations.ts'
import { settings } from './settings.ts'

export const app = createApp({
  title: 'Shop',
  version: '1.0.0',
  summary: 'Products, categories, orders and stock',
  license: { name: 'MIT', identifier: 'MIT' },
  settings,
  database,
  auth,
  api: router('/api', {
    auth: auth.api,
    accounts: accountApi,
    categories: categoryApi,
    products: productApi,
    productCategories: productCategoryApi,
    orders: orderApi,
    orderLines: orderLineApi,
    reports: reportApi,
  }),
})

/** The type a client is made of: `client<Api>(url)`. */
export type Api = typeof app.api
