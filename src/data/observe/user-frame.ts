import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Enough to get out of Drizzle and of Ashlar. */
const FRAMES = 60

/** `src/` here, `dist/` in the package. */
const OWN = fileURLToPath(new URL('../../', import.meta.url))

/** Where the app's own code is that led here: `src/posts/service.ts:12:24`. For development: a stack is costly. */
export function userFrame(): string | undefined {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = FRAMES
  const { stack = '' } = new Error('where')
  Error.stackTraceLimit = limit
  for (const line of stack.split('\n').slice(1)) {
    const place = /[\s(]((?:file:\/\/)?\/[^()]+|[A-Za-z]:[\\/][^()]+):(\d+:\d+)\)?$/.exec(line)
    if (place === null) continue
    const [, file = '', position = ''] = place
    const path = file.startsWith('file:') ? fileURLToPath(file) : file
    if (!path.startsWith(OWN) && !path.includes('node_modules')) return `${relative(process.cwd(), path)}:${position}`
  }
  return undefined
}
