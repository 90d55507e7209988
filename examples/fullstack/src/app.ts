import { createApp, route, router } from 'ashlar'
import { anyone } from 'ashlar/access'
import { z } from 'zod'
import { auth } from './auth.ts'
import { database } from './database.ts'
import { itemApi } from './items/operations.ts'
import { loginApi } from './login/operations.ts'
import { settings } from './settings.ts'
import { userApi } from './users/operations.ts'

const healthCheck = route.get(
  '/health-check',
  { access: anyone, response: z.boolean(), summary: 'Whether the API answers' },
  () => true,
)

export const app = createApp({
  title: 'Full stack',
  version: '1.0.0',
  summary: 'Users and their items, for a front end that was written for FastAPI',
  license: { name: 'MIT', identifier: 'MIT' },
  errors: 'fastapi',
  settings,
  database,
  auth,
  api: router('/api/v1', {
    login: loginApi,
    users: userApi,
    items: itemApi,
    utils: router('/utils', { tags: ['utils'] }, { healthCheck }),
  }),
})

/** The type a client is made of: `client<Api>(url)`. */
export type Api = typeof app.api
