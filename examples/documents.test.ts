import { expect, test } from 'vitest'
import { complaintsAbout } from '../src/openapi/test/lint.ts'
import { app as conduit } from './conduit/src/app.ts'
import { app as fullstack } from './fullstack/src/app.ts'
import { app as quickstart } from './quickstart/app.ts'
import { app as shop } from './shop/src/app.ts'

test.each([
  ['quickstart', quickstart],
  ['conduit', conduit],
  ['shop', shop],
  ['fullstack', fullstack],
])('nobody has anything to say about the document of %s', async (_, app) => {
  expect(await complaintsAbout(app.openapi())).toEqual([])
})
