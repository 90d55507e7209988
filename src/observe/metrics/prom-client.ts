import { createRequire } from 'node:module'
import type * as Prom from 'prom-client'

/** All of the library. */
export type PromClient = typeof Prom

/** Loaded where metrics are on: it takes 50 ms, and an app is put together without waiting for anything. */
export function loadPromClient(): PromClient {
  return createRequire(import.meta.url)('prom-client') as PromClient
}
