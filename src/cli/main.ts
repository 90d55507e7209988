// The program `ashlar`: run by bin/ashlar.mjs, or directly from source.
import { readFileSync } from 'node:fs'
import { keepCompiled } from './compile-cache.ts'
import { explain } from './explain.ts'
import { printError } from './print.ts'
import { program } from './program.ts'
import { resolveQuickly } from './quick-resolve.ts'

keepCompiled()
resolveQuickly()
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string
}

// Who reads has read enough, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

try {
  // An app that was only looked at may have left something open that would keep the process.
  await program(version, (code) => process.exit(code)).parseAsync()
} catch (error) {
  await printError(explain(error))
  process.exit(1)
}
