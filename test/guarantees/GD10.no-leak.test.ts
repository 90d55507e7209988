import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { churn } from './churn.ts'
import type { Remains } from './leak-process.main.ts'

/** Connections of one batch. With `SOAK_CONNECTIONS=500000` it goes on for an hour, and sees the least that is left of each. */
const BATCH = Number(process.env['SOAK_CONNECTIONS'] ?? 3_000)
const LIMIT_MS = 120_000 + BATCH * 20
/** What a connection may leave in the heap on average: what lives for a request is larger. */
const BYTES_EACH = 32
/** What V8 does with its own memory between two looks. */
const NOISE_BYTES = 300_000
const LOOKS = 5
/** All that these clients can be answered: each does get what it is for. */
const STATUSES = ['200', '201', '204', '400', '401', '404', '405', '408', '415', '421', '422', '500', '503']

test(
  'after tens of thousands of requests, well and ill behaved, nothing is left of them',
  { timeout: LIMIT_MS },
  async () => {
    const file = fileURLToPath(new URL('leak-process.main.ts', import.meta.url))
    const child = fork(file, { execArgv: ['--conditions=ashlar-source', '--expose-gc'] })
    try {
      const remains = async (): Promise<Remains> => {
        child.send('remains')
        return ((await once(child, 'message')) as [Remains])[0]
      }
      const [port] = (await once(child, 'message')) as [number]
      const fresh = await remains()
      /** What follows an answer, and the sweep of connections that have run out of time, take a moment; what is freed in turns of the loop takes several looks. */
      const settled = async (): Promise<Remains> => {
        await expect.poll(async () => inUse(await remains()), { timeout: 20_000 }).toEqual(inUse(fresh))
        const looks: Remains[] = []
        while (looks.length < LOOKS) looks.push(await remains())
        return looks.toSorted((a, b) => a.heapBytes - b.heapBytes)[0]!
      }

      // Whatever is made once is made now: code, series of metrics, pools.
      const statuses = await churn(port, BATCH)
      expect([...statuses.keys()].toSorted()).toEqual(STATUSES)
      await settled()
      await churn(port, BATCH)
      const before = await settled()
      await churn(port, BATCH)
      const after = await settled()

      if (process.env['SOAK_CONNECTIONS'] !== undefined) console.log(before, after)
      expect(after.warnings).toEqual([])
      expect(after.listeners).toEqual(fresh.listeners)
      expect(after.heapBytes - before.heapBytes).toBeLessThan(NOISE_BYTES + BATCH * BYTES_EACH)
      const exited = once(child, 'exit')
      child.send('stop')
      expect(await exited).toEqual([0, null])
    } finally {
      child.kill('SIGKILL')
    }
  },
)

function inUse({ inFlight, held, resources }: Remains): object {
  return { inFlight, held, resources }
}
