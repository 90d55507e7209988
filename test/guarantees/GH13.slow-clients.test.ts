import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { programPath } from '../faults/programs.ts'
import { serveSample } from './serve.ts'

const SLOW = programPath('slowhttptest')
if (SLOW === undefined) console.log('Skipped: slow clients, since there is no slowhttptest (Debian: slowhttptest).')

const sample = serveSample({ limits: { headersTimeoutMs: 1_000, requestTimeoutMs: 2_000, keepAliveTimeoutMs: 1_000 } })
/** Far longer than the limits: whoever still has a connection then was let keep it. */
const SECONDS = 30

test.skipIf(SLOW === undefined).each([
  ['heads that never end', '-H', '/open'],
  ['bodies that come by the byte', '-B', '/any'],
])('slowhttptest: %s hold no connection for longer than the limits, and nobody else waits', async (_, mode, path) => {
  const options = ['-c', '100', '-r', '100', '-i', '1', '-l', `${SECONDS}`, '-p', '5', '-f', 'application/json']
  const attack = spawn(SLOW!, [mode, ...options, '-u', `http://localhost:${sample.port}${path}`])
  let output = ''
  attack.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  const exited = once(attack, 'close')
  // How it ends is not known before its last connection has.
  while (attack.exitCode === null) await sample.canary()
  await exited
  expect(output).toMatch(/Exit status:.*No open connections left/)
})
