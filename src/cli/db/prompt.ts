import { createInterface } from 'node:readline/promises'
import type { Client } from 'pg'
import { explain } from '../explain.ts'
import { printError } from '../print.ts'
import { runSql, type SqlOptions } from './run-sql.ts'

/** Reads statements until the input ends or says \q. A statement ends with a line that ends with a semicolon. */
export async function runPrompt(client: Client, options: SqlOptions): Promise<void> {
  const lines = createInterface({ input: process.stdin, output: process.stderr, prompt: 'sql> ' })
  let statement = ''
  lines.prompt()
  for await (const line of lines) {
    if (statement === '' && /^\s*(?:\\q|quit|exit)\s*;?\s*$/.test(line)) break
    statement += `${line}\n`
    if (/;\s*$/.test(line)) {
      await tryToRun(client, statement, options)
      statement = ''
    }
    lines.setPrompt(statement === '' ? 'sql> ' : '  -> ')
    lines.prompt()
  }
  lines.close()
}

/** A mistake does not end the prompt. */
async function tryToRun(client: Client, statement: string, options: SqlOptions): Promise<void> {
  try {
    await runSql(client, statement, options)
  } catch (error) {
    await printError(explain(error))
  }
}
