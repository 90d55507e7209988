import { createApp, router } from 'ashlar'
import { auth, leakyApi } from './leaky-api.ts'

/** Started by the command, so that its output is what somebody would read. */
export const app = createApp({
  title: 'Leaky',
  version: '1.0.0',
  auth,
  api: router('/api', { leaky: leakyApi() }),
  onError: (report) =>
    process.stdout.write(`REPORT ${JSON.stringify(report)} ${String((report.error as Error).stack)}\n`),
})
