import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { runCommand, type CommandOptions } from './command.ts'

const USER_ENVIRONMENT = { NODE_OPTIONS: undefined, NODE_ENV: undefined, DATABASE_URL: undefined, PORT: '0' }

/** Serves the app with the installed command, twice: the second start finds its database. */
export async function serveAndCall(project: string): Promise<string> {
  const command = [join(project, 'node_modules/.bin/ashlar'), 'start', 'app.ts']
  const options = { cwd: project, env: USER_ENVIRONMENT }
  const first = await serve(command, options, async (url) => {
    const { code, output } = await runCommand('node', ['calls.ts', url], options)
    if (code !== 0) throw new Error(`the calls failed:\n${output}`)
  })
  const second = await serve(command, options, async (url) => {
    const notes = await (await fetch(`${url}/api/notes`)).text()
    if (notes !== '["over the network"]') throw new Error(`the second start answered ${notes}`)
    const page = await fetch(`${url}/docs`)
    if (page.status !== 200 || !(await page.text()).includes('Packed')) throw new Error('there is no docs page')
  })
  return `first start ${first} s, second ${second} s`
}

/** Starts a process, uses it and stops it. Gives the seconds until it answered. */
export async function serve(
  [program = '', ...args]: readonly string[],
  { env, ...options }: CommandOptions,
  use: (url: string) => Promise<void>,
): Promise<string> {
  const child = spawn(program, args, { ...options, env: { ...process.env, ...env } })
  try {
    const [, seconds = '', url = ''] = await announced(child)
    await use(url)
    child.kill('SIGTERM')
    const [code] = (await once(child, 'close')) as [number | null]
    if (code !== 0) throw new Error(`ashlar start exited with ${code} after SIGTERM`)
    return seconds
  } finally {
    child.kill('SIGKILL')
  }
}

function announced(child: ChildProcess): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    let output = ''
    const onText = (text: string): void => {
      output += text
      const found = /after ([\d.]+) s(?:\n\s+|; )API\s+(http:\/\/[^/\s;]+)[^\n]*\n/.exec(output)
      if (found !== null) resolve(found)
    }
    child.stdout?.setEncoding('utf8').on('data', onText)
    child.stderr?.setEncoding('utf8').on('data', onText)
    child.once('error', reject)
    child.once('close', (code) => reject(new Error(`ashlar start exited with ${code}:\n${output}`)))
  })
}
