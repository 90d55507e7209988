import { connect } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { z } from 'zod'
import { anyone } from '../core/access/index.ts'
import { raw } from '../core/content.ts'
import { dependency } from '../core/dependency.ts'
import type { Part } from '../core/part.ts'
import { route } from '../core/route.ts'
import { router } from '../core/router.ts'
import { createApp } from './create-app.ts'
import { availabilityOf } from './internals.ts'
import type { AppDefinition } from './definition.ts'
import { mount } from './mount.ts'
import { get, serving } from './serving.fixture.ts'

const hello = route.get('/hello', { access: anyone, response: z.string() }, () => 'hello')
const api = router('', { hello })
const HERE = { port: 0, host: '127.0.0.1' }

function make(changes: Partial<AppDefinition> = {}, of: AppDefinition['api'] = api) {
  return createApp({ title: 'Test', version: '1.0.0', environment: 'test', ...changes, api: of })
}

function part(name: string, events: string[]): Part {
  return {
    name,
    start: async () => {
      await turn()
      events.push(`${name} start`)
    },
    stop: () => void events.push(`${name} stop`),
  }
}

test('a stop while the app starts lets it finish, then ends everything, the server too', async () => {
  const events: string[] = []
  const app = make({ parts: [part('a', events), part('b', events)] })
  const listening = app.listen(HERE)
  await app.stop()
  const { url } = await listening
  expect(events).toEqual(['a start', 'b start', 'b stop', 'a stop'])
  await expect(fetch(`${url}/hello`)).rejects.toThrow('fetch failed')
})

test.each([' 3000', '0x10', '1e3', '65536', '-1'])('PORT %j is refused', async (value) => {
  vi.stubEnv('PORT', value)
  await expect(make().listen({ host: '127.0.0.1' })).rejects.toThrow('PORT must be a number from 0 to 65535')
  vi.unstubAllEnvs()
})

test('an empty HOST opens no other interface', async () => {
  vi.stubEnv('HOST', '')
  const app = make()
  expect((await app.listen({ port: 0 })).host).toBe('127.0.0.1')
  vi.unstubAllEnvs()
  await app.stop()
})

test('an app listens once, also where the second call comes before the first is done', async () => {
  const app = make()
  const first = app.listen(HERE)
  await expect(app.listen(HERE)).rejects.toThrow('listening already')
  const { port } = await first
  await expect(make().listen({ ...HERE, port })).rejects.toThrow('EADDRINUSE')
  await app.stop()
})

test('after a failed attempt to listen the app can try again', async () => {
  const taken = make()
  const { port } = await taken.listen(HERE)
  const app = make()
  await expect(app.listen({ ...HERE, port })).rejects.toThrow('EADDRINUSE')
  await app.listen(HERE)
  await app.stop()
  await taken.stop()
})

test('an app that is asked to listen while it stops does so afterwards', async () => {
  const events: string[] = []
  const app = make({ parts: [part('a', events)] })
  await app.listen(HERE)
  const stopped = app.stop()
  const { url } = await app.listen(HERE)
  await stopped
  expect(events).toEqual(['a start', 'a stop', 'a start'])
  expect(await (await fetch(`${url}/hello`)).json()).toBe('hello')
  await app.stop()
})

test('a part shared with a mounted app starts once, and ends after all that could use it', async () => {
  const events: string[] = []
  const shared = part('shared', events)
  const held = dependency({ scope: 'app' }, function* () {
    yield 1
    events.push('dependency of the outer app ends')
  })
  const inner = make({ parts: [shared, part('inner', events)] })
  const using = route.get('/', { access: anyone, uses: { held } }, () => undefined)
  const app = make({ database: shared, mounts: [mount('/inner', inner)] }, router('', { using }))
  await app.start()
  await app.stop()
  expect(events).toEqual([
    'shared start',
    'inner start',
    'dependency of the outer app ends',
    'inner stop',
    'shared stop',
  ])
})

test('what the app uses with the scope of the app runs at the start, before it is ready, and at the stop, in an app without operations too', async () => {
  const events: string[] = []
  const numbers = dependency({ name: 'numbers', scope: 'app' }, async function* () {
    await turn()
    yield [1, 2]
    events.push('numbers end')
  })
  const warm = dependency({ name: 'warm', scope: 'app', uses: { numbers } }, async function* ({ numbers }) {
    events.push(`${availabilityOf(app).phase} with ${numbers.join(' and ')}`)
    yield
    events.push(`${availabilityOf(app).phase}, and goes`)
  })
  const app = make({ uses: { warm } }, router('', {}))
  await app.listen(HERE)
  expect(availabilityOf(app).phase).toBe('ready')
  await app.stop()
  expect(events).toEqual(['starting with 1 and 2', 'stopping, and goes', 'numbers end'])
})

test('one that fails stops the start, and is named with its reason', async () => {
  const warm = dependency({ scope: 'app' }, (): undefined => {
    throw new Error('the search index is not there')
  })
  const app = make({ uses: { warm } })
  await expect(app.start()).rejects.toThrow(
    "createApp's uses → warm: this dependency failed to start: the search index is not there",
  )
})

test('runs that need the same new app-scoped dependency wait for one start of it', async () => {
  let started = 0
  const slow = dependency({ scope: 'app' }, async () => {
    await turn()
    return ++started
  })
  const app = make()
  await app.start()
  const run = () => app.run({ slow }, ({ slow }) => slow)
  expect(await Promise.all([run(), run()])).toEqual([1, 1])
  await app.stop()
})

test('a stop aborts the signal of app-scoped dependencies before it ends them', async () => {
  const events: string[] = []
  const loop = dependency({ scope: 'app' }, async function* ({ signal }) {
    signal.addEventListener('abort', () => events.push('aborted'))
    yield signal
    events.push('ended')
  })
  const app = make()
  const first = await app.run({ loop }, ({ loop }) => loop)
  await app.stop()
  expect(events).toEqual(['aborted', 'ended'])
  const second = await app.run({ loop }, ({ loop }) => loop)
  expect([first.aborted, second.aborted]).toEqual([true, false])
  await app.stop()
})

// The limit of the test is what shows it: the app's own is longer.
test('a stop ends a connection as soon as the stream on it has ended', { timeout: 5_000 }, async () => {
  let stream: ReadableStreamDefaultController<Uint8Array> | undefined
  const streaming = route.get('/stream', { access: anyone, response: raw }, () => {
    return new Response(
      new ReadableStream({
        start(controller) {
          stream = controller
          controller.enqueue(Buffer.from('begun'))
        },
      }),
    )
  })
  await using served = await serving(router('', { streaming }))
  const socket = connect(served.port, '127.0.0.1', () => socket.write(get('/stream', 'keep-alive')))
  await new Promise((resolve) => socket.once('data', resolve))
  const stopped = served.app.stop()
  stream?.close()
  await stopped
})
