import { request, type Agent } from 'node:http'

export interface Answer {
  readonly status: number
  readonly body: string
}

interface Sending {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly agent?: Agent
}

export function send(origin: string, path: string, sending: Sending): Promise<Answer> {
  const { body, ...options } = sending
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const sent = request(origin + path, options, (response) => {
    const chunks: Buffer[] = []
    response.on('data', (chunk: Buffer) => chunks.push(chunk))
    response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }))
    response.on('error', reject)
  })
  sent.on('error', (error: NodeJS.ErrnoException) => {
    // The server has ended an idle connection at the moment it was used again: it has not seen the request.
    if (sent.reusedSocket && error.code === 'ECONNRESET') resolve(send(origin, path, sending))
    else reject(error)
  })
  sent.end(body)
  return promise
}

export function post(origin: string, path: string, json: unknown, agent?: Agent): Promise<Answer> {
  const body = JSON.stringify(json)
  const headers = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }
  return send(origin, path, { method: 'POST', headers, body, ...(agent && { agent }) })
}
