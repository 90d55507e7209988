import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from './free-port.ts'
import { programPath } from './programs.ts'

/** A server that belongs to one test, to be stopped, started and flushed. It keeps nothing. */
export interface OwnRedis {
  readonly port: number
  readonly url: string
  start(): Promise<void>
  stop(): Promise<void>
  /** Sends one command in Redis' own words, such as `FLUSHALL`, and gives the first line of the answer. */
  command(text: string): Promise<string>
}

/** `undefined` where there is none to be had: the tests with it are skipped. */
export const REDIS_SERVER = programPath('redis-server')

export async function ownRedis(): Promise<OwnRedis> {
  const port = await freePort()
  let child: ChildProcess | undefined
  const start = async (): Promise<void> => {
    child = spawn(REDIS_SERVER!, ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'], {
      stdio: 'ignore',
    })
    while ((await tell(port, 'PING').catch(() => '')) !== '+PONG') {
      if (child.exitCode !== null) throw new Error('redis-server has not started.')
      await delay(10)
    }
  }
  const stop = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }
  await start()
  return { port, url: `redis://127.0.0.1:${port}`, start, stop, command: (text) => tell(port, text) }
}

function tell(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(`${text}\r\n`))
    socket.on('error', reject)
    socket.on('data', (bytes: Buffer) => {
      resolve(bytes.toString().split('\r\n')[0]!)
      socket.destroy()
    })
    socket.on('close', () => reject(new Error('Redis has closed the connection.')))
  })
}
