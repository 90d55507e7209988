import cluster from 'node:cluster'
import { getCompileCacheDir } from 'node:module'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ListenOptions } from '../../app/app.ts'
import { secondsSinceStart } from '../announce.ts'
import { exitWith } from '../exit-with.ts'
import { stopOnSignal, stoppingText } from '../stop-on-signal.ts'
import { Supervisor } from './supervisor.ts'
import { workersVoice } from './workers-voice.ts'

export interface WorkersOptions {
  /** The app's file. */
  readonly path: string
  readonly listen: ListenOptions
  readonly count: number
}

/**
 * Serves the app in several processes, which listen on the same port and are given its connections in turn. This one holds them: it loads no app and
 * answers no request.
 */
export async function startWorkers({ path, listen, count }: WorkersOptions): Promise<void> {
  const voice = workersVoice()
  setUp(path, listen)
  const fail = async (message: string): Promise<void> => {
    voice.log.error({}, message)
    await supervisor.stop()
    process.exit(1)
  }
  const supervisor = new Supervisor({
    count,
    log: voice.log,
    onGivenUp: () => void fail('no worker can be started any more: all end'),
  })
  // Never left behind, not even by a second signal.
  process.on('exit', () => supervisor.kill())
  let isStopping = false
  stopOnSignal({
    stop: async () => {
      isStopping = true
      // Whoever did not end as it should has said why.
      if (!(await supervisor.stop())) process.exit(1)
      await voice.say('Stopped.')
    },
    stopping: (signal) => void voice.say(stoppingText(signal)),
    failed: (error) => void exitWith('The workers could not be stopped.', error),
  })
  const starting = supervisor.start()
  // From the first moment on, as it would end this process: whoever waits for a new version may not know that this one is being started.
  process.on('SIGUSR2', () => void starting.then((ready) => (ready === undefined ? undefined : supervisor.restart())))
  const ready = await starting
  if (isStopping) return
  if (ready === undefined) {
    await supervisor.stop()
    process.exit(1)
  }
  voice.speakAsIn(ready.environment)
  await voice.say(
    `${ready.headline}, ${count === 1 ? 'one worker' : `${count} workers`}, after ${secondsSinceStart()} s\n${ready.places}`,
  )
}

function setUp(path: string, listen: ListenOptions): void {
  const cache = getCompileCacheDir()
  if (cache !== undefined) process.env['NODE_COMPILE_CACHE'] = cache
  cluster.setupPrimary({
    // Beside this file, whether that is source or built.
    exec: fileURLToPath(new URL(`worker${extname(import.meta.filename)}`, import.meta.url)),
    args: [path, JSON.stringify(listen)],
    // Numbers that JSON has not, such as NaN, stay what they are.
    serialization: 'advanced',
  })
}
