import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { get, post } from './raw.ts'

const BODY_BYTES = 200_000

/** One client: what it sends, and how it behaves. Ends when its connection has. */
type Client = (port: number, statuses: Map<string, number>) => Promise<void>

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' })
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}

const ended = (socket: Socket): Promise<unknown> =>
  socket.closed ? Promise.resolve() : new Promise((resolve) => socket.once('close', resolve))

/** Says what it has to say, and reads until the server ends the connection. */
function sends(...parts: readonly (string | Buffer)[]): Client {
  return async (port, statuses) => {
    const socket = await open(port)
    socket.once('data', (answer: Buffer) => {
      const status = answer.toString('latin1', 9, 12)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    })
    socket.resume()
    for (const part of parts) socket.write(part)
    await ended(socket)
  }
}

/** Is gone as soon as what it said is on its way. */
function leavesAfter(...parts: readonly (string | Buffer)[]): Client {
  return async (port) => {
    const socket = await open(port)
    for (const part of parts) await new Promise((resolve) => socket.write(part, resolve))
    socket.resetAndDestroy()
    await ended(socket)
  }
}

/** Reads the beginning of an answer and goes. */
function cuts(part: string): Client {
  return async (port) => {
    const socket = await open(port)
    socket.write(part)
    await Promise.race([once(socket, 'data'), ended(socket)])
    socket.destroy()
    await ended(socket)
  }
}

/** Ends its side at once, and still wants the answer. */
function halfCloses(part: string | Buffer): Client {
  return async (port) => {
    const socket = await open(port)
    socket.resume()
    socket.end(part)
    await ended(socket)
  }
}

const head = (target: string): string => get(target, { connection: 'keep-alive' })
const upload = `POST /things HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${BODY_BYTES}\r\n`
const thing = JSON.stringify({ name: 'thing', size: 3 })

/** What all sorts of clients do, each as often as the others. */
const CLIENTS: readonly Client[] = [
  sends(post('/things', thing)),
  sends(head('/text'), head('/text'), get('/text')),
  sends(get('/text', { 'accept-encoding': 'gzip' })),
  sends(get('/secret', { authorization: 'Bearer right' })),
  sends(get('/secret', { authorization: 'Bearer wrong' })),
  sends(post('/things', '{"name": 1}')),
  sends(post('/things', '{"name"')),
  sends(get('/nowhere')),
  sends(get('/text', {}, 'DELETE')),
  sends('GET /text HTTP/1.1\r\nhost: localhost\r\nbad header\r\n\r\n'),
  sends(get('/text', { host: 'elsewhere.example.com' })),
  sends(get('/fails')),
  sends(get('/late')),
  sends('GET /text HT'),
  sends(post('/things', 'x'.repeat(BODY_BYTES), { 'content-type': 'text/plain' })),
  leavesAfter(`${upload}\r\n`, 'a'.repeat(BODY_BYTES / 2)),
  leavesAfter(`${upload}expect: 100-continue\r\n\r\n`),
  leavesAfter(get('/wait')),
  leavesAfter(get('/text')),
  leavesAfter('GET /text HT'),
  cuts(get('/stream')),
  cuts(get('/text')),
  halfCloses(get('/text')),
  halfCloses(post('/things', thing)),
  halfCloses(`${upload}\r\n{`),
]

const AT_ONCE = 32

/** So many connections of all sorts of clients, well and ill behaved. Gives how often those that read were given each status, when all have ended. */
export async function churn(port: number, connections: number): Promise<ReadonlyMap<string, number>> {
  const statuses = new Map<string, number>()
  let begun = 0
  const worker = async (): Promise<void> => {
    while (begun < connections) await CLIENTS[begun++ % CLIENTS.length]!(port, statuses)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return statuses
}
