import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { findAppFile } from '../app-file.ts'
import { loadApp } from '../load-app.ts'
import { printError } from '../print.ts'
import { connected, databaseOf, withDatabase } from './app-database.ts'
import { runPrompt } from './prompt.ts'
import { asTexts, runSql } from './run-sql.ts'
import type { DatabaseFlags } from './url.ts'

interface ShellFlags extends DatabaseFlags {
  readonly command?: string
  readonly json?: boolean
}

/** `ashlar db shell`: SQL by hand in a terminal, or from `-c` and standard input without one. */
export async function shell(file: string | undefined, flags: ShellFlags): Promise<number> {
  const app = await loadApp(findAppFile(file))
  return withDatabase(databaseOf(app, flags.database), async ({ url }) => {
    const json = flags.json === true
    if (flags.command === undefined && process.stdin.isTTY) return interactive(url, json)
    const sql = flags.command ?? (await text(process.stdin))
    await connected(url, (client) => runSql(client, sql, { json }), { types: asTexts })
    return 0
  })
}

async function interactive(url: string, json: boolean): Promise<number> {
  const code = json ? undefined : await psql(url)
  if (code !== undefined) return code
  if (!json)
    await printError(
      'psql is not on the PATH, so this is a small prompt of Ashlar. End a statement with ; and leave with \\q.',
    )
  await connected(url, (client) => runPrompt(client, { json }), { types: asTexts })
  return 0
}

/** psql's exit code; nothing where there is no psql. */
async function psql(url: string): Promise<number | undefined> {
  const { target, password } = withoutPassword(url)
  const env = { ...process.env, ...(password !== '' && { PGPASSWORD: password }) }
  const child = spawn('psql', [target], { stdio: 'inherit', env })
  // Ctrl-C ends a statement there, not this process, which must outlive it.
  const ignore = (): void => {}
  process.on('SIGINT', ignore)
  try {
    const [code] = (await once(child, 'close')) as [number | null]
    return code ?? 1
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  } finally {
    process.off('SIGINT', ignore)
  }
}

/** Arguments are shown to everybody on the machine. */
function withoutPassword(url: string): { readonly target: string; readonly password: string } {
  if (!URL.canParse(url)) return { target: url, password: '' }
  const target = new URL(url)
  const password = decodeURIComponent(target.password)
  target.password = ''
  return { target: target.href, password }
}
