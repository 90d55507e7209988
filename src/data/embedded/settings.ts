import type { Endpoint } from './endpoint.ts'
import type { Instance } from './instance.ts'

/** Made for one machine and a few apps: little memory at rest, nothing in the background that nobody asked for. */
const MODEST = {
  max_connections: '100',
  shared_buffers: '32MB',
  max_wal_size: '256MB',
  min_wal_size: '32MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_worker_processes: '4',
  max_logical_replication_workers: '0',
  // Parallel queries need shared memory that containers limit to 64 MB.
  max_parallel_workers_per_gather: '0',
  autovacuum_max_workers: '1',
  io_method: 'sync',
  jit: 'off',
  huge_pages: 'off',
  TimeZone: 'UTC',
  log_timezone: 'UTC',
  // What happened to the server, not which statements failed: those carry data, and the app logs its own errors.
  log_min_messages: 'log',
  log_checkpoints: 'off',
}

/** For tests: a crash may lose everything. */
const CARELESS = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', checkpoint_timeout: '1d' }

export type Settings = Readonly<Record<string, string>>

/** All of the server's settings, given anew at each start, so that a new version of Ashlar can change them. */
export function serverSettings({ durable, loopback }: Instance, { host, port }: Endpoint): Settings {
  return {
    ...MODEST,
    ...(durable ? {} : CARELESS),
    listen_addresses: loopback ? host : '',
    unix_socket_directories: loopback ? '' : `"${host.replaceAll('"', '""')}"`,
    unix_socket_permissions: '0700',
    port: String(port),
  }
}
