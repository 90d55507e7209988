import { Agent } from 'node:http'
import type { RunningServer } from '../server-process.ts'
import { post, send } from './client.ts'

const LANES = 16

/** CPU of the server for each request of one pass over tokens, in microseconds. */
async function costOfPass(server: RunningServer, tokens: readonly string[]): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: LANES })
  const before = server.cpuMs()
  const lanes = Array.from({ length: LANES }, async (_, lane) => {
    for (let index = lane; index < tokens.length; index += LANES) {
      const { status } = await send(server.origin, '/guarded', {
        agent,
        headers: { authorization: `Bearer ${tokens[index]}` },
      })
      if (status !== 200) throw new Error(`A token was answered ${status}.`)
    }
  })
  await Promise.all(lanes)
  agent.destroy()
  return ((server.cpuMs() - before) * 1000) / tokens.length
}

/** What it costs to verify a token for the first time: a pass over tokens nobody has seen, less one over the same tokens again. */
export async function firstSeenMicros(server: RunningServer, count: number): Promise<number> {
  const { body } = await post(server.origin, '/tokens', { count })
  const tokens = JSON.parse(body) as readonly string[]
  const first = await costOfPass(server, tokens)
  return first - (await costOfPass(server, tokens))
}
