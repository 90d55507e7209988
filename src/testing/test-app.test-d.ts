import { expectTypeOf } from 'vitest'
import type { Principal } from '../core/access/index.ts'
import { dependency } from '../core/dependency.ts'
import { provide } from '../core/override.ts'
import { clock, database, notesApp } from './test/notes-app.ts'
import { testApp } from './test-app.ts'

const t = await testApp(notesApp)

// The client has the app's own operations, whoever calls
expectTypeOf(t.client.notes.list()).resolves.toEqualTypeOf<string[]>()
expectTypeOf(t.as({ id: 1, name: 'Ada' }).me()).resolves.toEqualTypeOf<string>()
void t.fetch('/api/me', { as: { id: 1, name: 'Ada' } })
interface Author extends Principal {
  readonly name: string
}
declare const author: Author
t.as(author)
// @ts-expect-error there is no such operation
void t.client.notes.remove()
// @ts-expect-error a caller has an id
t.as({ name: 'Ada' })

// A stand-in has the type of what it stands in for
const frozen = dependency({ scope: 'app' }, () => ({ now: () => 'frozen' }))
const numbered = dependency({ scope: 'app' }, () => ({ now: () => 0 }))
void testApp(notesApp, { provide: [provide(clock, frozen)] })
// @ts-expect-error now() gives a string
provide(clock, numbered)
// @ts-expect-error the operations are those of the app
void testApp(notesApp, { api: notesApp.api })

// Work outside a request takes what the app's dependencies give
void t.run({ tx: database.transaction }, ({ tx }) => tx.execute('SELECT 1'))
