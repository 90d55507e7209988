import { connect, type Socket } from 'node:net'
import type { Instance } from './instance.ts'
import type { Hold } from './lease.ts'

/** Stays connected to the supervisor; `undefined` where nobody listens. For Windows, which has no pipes with names in the file system. */
export function holdSocket({ lease }: Instance): Promise<Hold | undefined> {
  return new Promise((resolve) => {
    const socket = connect(lease, () => resolve(held(socket)))
    socket.on('error', () => resolve(undefined))
  })
}

function held(socket: Socket): Hold {
  // A process that has nothing else to do may end.
  socket.unref()
  return {
    announce: (name) => void socket.write(`${name}\n`),
    isAnswered: () => !socket.destroyed && socket.readable,
    end: () => void socket.destroy(),
  }
}
