import { expectTypeOf } from 'vitest'
import { dependency, provide } from '../core/dependency.ts'
import { clock, database, notesApp } from './test/notes-app.ts'
import { testApp } from './test-app.ts'

const t = await testApp(notesApp)

// The client has the app's own operations, whoever calls
expectTypeOf(t.client.notes.list()).resolves.toEqualTypeOf<string[]>()
expectTypeOf(t.as({ id: 1, name: 'Ada' }).me()).resolves.toEqualTypeOf<string>()
// @ts-expect-error there is no such operation
void t.client.notes.remove()
// @ts-expect-error a caller has an id
t.as({ name: 'Ada' })

// A stand-in has the type of what it stands in for
void testApp(notesApp, {
  provide: [
    provide(
      clock,
      dependency({ scope: 'app' }, () => ({ now: () => 'frozen' })),
    ),
  ],
})
// @ts-expect-error now() gives a string
void testApp(notesApp, {
  provide: [
    provide(
      clock,
      dependency({ scope: 'app' }, () => ({ now: () => 0 })),
    ),
  ],
})
// @ts-expect-error the operations are those of the app
void testApp(notesApp, { api: notesApp.api })

// Work outside a request takes what the app's dependencies give
void t.run({ tx: database.transaction }, ({ tx }) => tx.execute('SELECT 1'))
