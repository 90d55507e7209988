import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Validator } from '@seriousme/openapi-schema-validator'
import type { OpenApiDocument } from '../types.ts'

const REDOCLY = fileURLToPath(new URL('../../../node_modules/@redocly/cli/bin/cli.js', import.meta.url))

/** Everything that redocly's recommended rules and the schema of OpenAPI have to say about a document, warnings included. */
export async function complaintsAbout(document: OpenApiDocument): Promise<readonly string[]> {
  const { valid, errors } = await new Validator().validate(structuredClone(document))
  const invalid = valid ? [] : [`not valid: ${JSON.stringify(errors)}`]
  return [...invalid, ...(await redocly(document))]
}

interface Report {
  readonly problems: readonly {
    readonly ruleId: string
    readonly message: string
    readonly location: readonly { readonly pointer?: string }[]
  }[]
}

async function redocly(document: OpenApiDocument): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-openapi-'))
  try {
    const file = join(folder, 'openapi.json')
    await writeFile(file, JSON.stringify(document))
    const output = await run([REDOCLY, 'lint', file, '--extends', 'recommended', '--format', 'json'], folder)
    const { problems } = JSON.parse(output) as Report
    return problems.map(({ ruleId, message, location }) => `${ruleId} at ${location[0]?.pointer ?? ''}: ${message}`)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** The exit code says only that there are problems, which the output has too. */
function run(args: readonly string[], cwd: string): Promise<string> {
  const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd, env, maxBuffer: 2 ** 24 }, (error, stdout, stderr) => {
      if (stdout.includes('"problems"')) resolve(stdout)
      else reject(new Error(`redocly gave no report: ${stderr}`, { cause: error }))
    })
  })
}
