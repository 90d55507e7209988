/** What a script of Redis is called with. */
export interface ScriptCall {
  keys?: string[]
  arguments?: string[]
}

/**
 * The client of node-redis, as far as Ashlar says it by itself: its own types would ask every project for the package. All its methods are there;
 * for the types of the others: `redis.client as unknown as RedisClientType`, with the type of the package `redis`.
 */
export interface RedisClient {
  readonly isReady: boolean
  /** Any command: `sendCommand(['HGETALL', key])`. */
  sendCommand<T = unknown>(args: readonly string[]): Promise<T>
  ping(): Promise<string>
  get(key: string): Promise<string | null>
  /** `PX`: milliseconds to live; `EX`: seconds. */
  set(key: string, value: string, options?: { readonly PX?: number; readonly EX?: number }): Promise<string | null>
  del(keys: string | string[]): Promise<number>
  incr(key: string): Promise<number>
  expire(key: string, seconds: number): Promise<number>
  publish(channel: string, message: string): Promise<number>
  eval(script: string, call?: ScriptCall): Promise<unknown>
  multi(): RedisTransaction
  withAbortSignal(signal: AbortSignal): RedisClient
  connect(): Promise<unknown>
  duplicate(options?: { readonly disableOfflineQueue?: boolean }): RedisClient
  destroy(): void
  subscribe(channel: string, listener: (message: string) => void): Promise<void>
  unsubscribe(channel: string, listener: (message: string) => void): Promise<void>
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'ready', listener: () => void): unknown
}

/** Commands that are sent together, and run with none of another client between. */
export interface RedisTransaction {
  set(key: string, value: string, options?: { readonly PX?: number; readonly EX?: number }): RedisTransaction
  publish(channel: string, message: string): RedisTransaction
  exec(): Promise<unknown[]>
}
