// What the test of the packed package does with the app: run where the package is installed.
import assert from 'node:assert/strict'
import { client } from 'ashlar/client'
import { testApp } from 'ashlar/testing'
import { app } from './app.ts'

const [url = ''] = process.argv.slice(2)
const api = client<typeof app.api>(url, { token: 'secret' })
await api.notes.create({ body: { title: 'over the network' } })
assert.deepEqual(await api.notes.list(), ['over the network'])

await using t = await testApp(app)
assert.deepEqual(await t.client.notes.list(), [])
await t.as({ id: 'bob' }).notes.create({ body: { title: 'in process' } })
assert.deepEqual(await t.client.notes.list(), ['in process'])
const refused = await t.client.notes.create.safe({ body: { title: '' } })
assert.equal(!refused.ok && refused.error.status, 401)
