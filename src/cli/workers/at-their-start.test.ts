import { expect, test } from 'vitest'
import { appFile, CommandProcess } from '../test/command.ts'

const app = appFile('workers.ts')

/** It takes a moment to load, and says so. */
function start(...flags: string[]): CommandProcess {
  const env = { PORT: '0', LOG_LEVEL: 'error', LOADING_MS: '400' }
  return new CommandProcess(['start', app, ...flags], { env })
}

/** The process that begins to load the app. */
async function loading(command: CommandProcess): Promise<number> {
  const [, pid] = await command.until(/loading (\d+)\n/)
  return Number(pid)
}

test('SIGUSR2 that comes while they are started ends nothing: they are started anew afterwards', async () => {
  await using command = start('--workers', '2')
  await loading(command)
  command.kill('SIGUSR2')
  await command.url()
  await command.until(/all workers were started anew/)
  command.kill('SIGTERM')
  expect((await command.ended).code).toBe(0)
})

test('SIGUSR2 while they are started anew starts them once more: the code may be another by then', async () => {
  await using command = start('--workers', '2')
  await command.url()
  command.kill('SIGUSR2')
  await loading(command)
  command.kill('SIGUSR2')
  await command.until(/all workers were started anew/)
  await command.until(/all workers were started anew/)
})

test('the first one is replaced though it ends while the others are started', async () => {
  await using command = start('--workers', '2')
  const first = await loading(command)
  await loading(command)
  process.kill(first, 'SIGKILL')
  await command.until(/worker 1 was killed by SIGKILL; another takes its place/)
  await loading(command)
})

test('one that ends while its successor is started has no other', async () => {
  await using command = start('--workers', '2')
  const first = await loading(command)
  await command.url()
  command.kill('SIGUSR2')
  await loading(command)
  process.kill(first, 'SIGKILL')
  await command.until(/worker 1 was killed by SIGKILL/)
  await command.until(/all workers were started anew/)
  command.kill('SIGTERM')
  const { output } = await command.ended
  expect(output.match(/^loading/gm)).toHaveLength(4)
})

test('a signal that comes before the app is loaded ends it by itself: the first process of a container is ended by none', async () => {
  await using command = start()
  await loading(command)
  command.kill('SIGTERM')
  expect(await command.ended).toMatchObject({ code: 143, output: expect.not.stringContaining('runs in') as string })
})
