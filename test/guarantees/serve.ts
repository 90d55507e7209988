import { afterAll, beforeAll } from 'vitest'
import type { AppDefinition } from 'ashlar'
import { get, rawExchange } from './raw.ts'
import { sampleApp, type Trace } from './sample.ts'

export interface Served {
  readonly url: string
  readonly port: number
  readonly trace: Trace
  /** A new connection works: the one before has broken nothing. */
  canary(): Promise<void>
}

/** Serves the sample app on a free port for the tests of one file. */
export function serveSample(changes: Partial<AppDefinition> = {}): Served {
  const { app, trace } = sampleApp(changes)
  let port = 0
  beforeAll(async () => {
    port = (await app.listen({ port: 0, host: '127.0.0.1' })).port
  })
  afterAll(() => app.stop())
  return {
    get url() {
      return `http://localhost:${port}`
    },
    get port() {
      return port
    },
    trace,
    async canary() {
      const { statuses } = await rawExchange(port, get('/open'))
      if (statuses.length !== 1 || statuses[0] !== 200)
        throw new Error(`The canary got ${statuses.join(', ') || 'no answer'}.`)
    },
  }
}
