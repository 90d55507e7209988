import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { expect, test } from 'vitest'

const OLDEST_MAJOR = 24

/** A Node on this machine that is too old, if there is one. */
const oldNode = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'node'))
  .filter((path) => existsSync(path))
  .find((path) => Number(/^v(\d+)/.exec(execFileSync(path, ['--version'], { encoding: 'utf8' }))?.[1]) < OLDEST_MAJOR)

test.skipIf(oldNode === undefined)(
  'ashlar on a Node that is too old says so in one sentence (skipped where no such Node is installed)',
  () => {
    const { NODE_OPTIONS: _, ...env } = process.env
    const { status, stdout, stderr } = spawnSync(oldNode!, ['bin/ashlar.mjs', '--version'], { encoding: 'utf8', env })
    expect(status).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toMatch(
      /^Ashlar needs Node\.js 24 or newer, and this is \d+\.\d+\.\d+ \(.*\)\. Install a newer one .*\n$/,
    )
  },
)
