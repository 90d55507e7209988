import { createRequire } from 'node:module'
import type * as Api from '@opentelemetry/api'

/** What libraries see of OpenTelemetry. What the app's SDK has registered is found through it, whichever copy of it that was. */
export type OpenTelemetryApi = typeof Api

export function loadApi(): OpenTelemetryApi {
  try {
    return createRequire(import.meta.url)('@opentelemetry/api') as OpenTelemetryApi
  } catch (error) {
    throw new Error(
      'openTelemetry() needs the package @opentelemetry/api, and an SDK that sends the traces somewhere: npm install @opentelemetry/api @opentelemetry/sdk-node',
      { cause: error },
    )
  }
}
