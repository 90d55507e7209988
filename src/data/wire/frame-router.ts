import { EventEmitter } from 'node:events'
import type { Connection } from 'pg'
import { frameLength, type FrameConsumer } from './frame-reader.ts'
import { QueuedQuery } from './queued-query.ts'
import type { ReceivedBytes } from './received-bytes.ts'

const HEADER = 5
/** @see https://www.postgresql.org/docs/current/protocol-message-formats.html */
const DATA_ROW = 0x44
const COMMAND_COMPLETE = 0x43
const READY_FOR_QUERY = 0x5a
const COPY_DATA = 0x64
const ROW_DESCRIPTION = 0x54
const PARAMETER_DESCRIPTION = 0x74
const NO_DATA = 0x6e
const PARSE_COMPLETE = 0x31
const BIND_COMPLETE = 0x32
const CLOSE_COMPLETE = 0x33

interface Ready {
  readonly name: 'readyForQuery'
  readonly status: string
}

/** What `pg` is told when a query has its answer, in a transaction. */
export const IN_TRANSACTION: Ready = { name: 'readyForQuery', status: 'T' }

const READY: Readonly<Record<number, Ready>> = {
  0x49: { name: 'readyForQuery', status: 'I' },
  0x54: IN_TRANSACTION,
  0x45: { name: 'readyForQuery', status: 'E' },
}

export interface RouterOptions {
  readonly connection: Connection
  /** Has `pg` parse what a stream emits. */
  readonly attachToParser: (stream: NodeJS.ReadableStream) => void
  /** The query whose answer is being received. */
  readonly active: () => unknown
}

/** Gives each frame to the query it answers, and all that answers none of ours to `pg`'s parser: whole frames, in order. */
export function frameRouter({ connection, attachToParser, active }: RouterOptions): FrameConsumer {
  const relay = new EventEmitter()
  // It listens to `data` alone.
  attachToParser(relay as unknown as NodeJS.ReadableStream)
  return (received, from, to) => {
    const { bytes } = received
    let at = from
    while (isWhole(bytes, at, to)) {
      const query = active()
      at = query instanceof QueuedQuery ? routeFrame(query, received, at, to) : relayRun(bytes, at, to)
    }
    return at
  }

  function routeFrame(query: QueuedQuery<unknown>, received: ReceivedBytes, at: number, to: number): number {
    const { bytes } = received
    const end = at + frameLength(bytes, at)
    switch (bytes[at]) {
      case DATA_ROW:
        query.rows.add(received, at, end)
        break
      case COMMAND_COMPLETE:
        query.completed(bytes.toString('latin1', at + HEADER, end - 1))
        break
      case READY_FOR_QUERY:
        connection.emit('readyForQuery', READY[bytes[at + HEADER]!])
        break
      case PARSE_COMPLETE:
        query.parsed()
        break
      case ROW_DESCRIPTION:
        query.described(bytes.subarray(at, end))
        break
      case PARAMETER_DESCRIPTION:
      case NO_DATA:
      case BIND_COMPLETE:
      case CLOSE_COMPLETE:
        break
      default:
        relay.emit('data', bytes.subarray(at, end))
        // Whoever was told of an error may have given the connection up: what follows is no answer to the query behind it.
        if (connection.stream.destroyed) return to
    }
    return end
  }

  /** Up to the end of the answer: with it, the active query changes. */
  function relayRun(bytes: Buffer, from: number, to: number): number {
    let at = from
    let isCopy = false
    while (isWhole(bytes, at, to)) {
      const type = bytes[at]
      at += frameLength(bytes, at)
      isCopy ||= type === COPY_DATA
      if (type === READY_FOR_QUERY) break
    }
    const frames = bytes.subarray(from, at)
    // All that is kept of a frame is text, but for COPY's data: those would be read over.
    relay.emit('data', isCopy ? Buffer.from(frames) : frames)
    return at
  }
}

function isWhole(bytes: Buffer, at: number, to: number): boolean {
  return to - at >= HEADER && frameLength(bytes, at) <= to - at
}
