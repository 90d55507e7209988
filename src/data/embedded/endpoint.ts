import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { give, socketFolder, type Instance } from './instance.ts'

/** How to reach a running server. */
export interface Endpoint {
  /** The folder of the unix socket, or the loopback address. */
  readonly host: string
  readonly port: number
  readonly password?: string
}

/** Only part of the socket's name: nothing listens on a network port. */
const SOCKET_PORT = 5432

/** Decides where the server is to be reached, and writes it down for those who join later. */
export async function writeEndpoint(instance: Instance): Promise<Endpoint> {
  const endpoint = instance.loopback ? await loopback(instance) : { host: socketFolder(instance), port: SOCKET_PORT }
  const draft = `${instance.endpoint}.${process.pid}`
  writeFileSync(draft, JSON.stringify(endpoint), { mode: 0o600 })
  give(draft, instance.owner)
  renameSync(draft, instance.endpoint)
  return endpoint
}

export function readEndpoint(instance: Instance): Endpoint {
  return JSON.parse(readFileSync(instance.endpoint, 'utf8')) as Endpoint
}

async function loopback(instance: Instance): Promise<Endpoint> {
  return { host: '127.0.0.1', port: await freePort(), password: readFileSync(passwordFile(instance), 'utf8') }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

/** The file with the server's password, generated once. */
export function passwordFile(instance: Instance): string {
  const file = join(instance.directory, 'password')
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 })
  give(file, instance.owner)
  return file
}
