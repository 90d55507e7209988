import type { Client } from 'pg'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { filesOf, lintFile, lintRecipe } from './lint-files.fixture.ts'
import { embeddedServer } from './server.fixture.ts'

/** What the rules say about locks, scans and rewrites, asked of the server itself. */
const server = embeddedServer()
let client: Client

const SCHEMA = `
  DROP SCHEMA public CASCADE;
  DROP SCHEMA IF EXISTS archive CASCADE;
  CREATE SCHEMA public;
  CREATE SCHEMA archive;
  CREATE TYPE state AS ENUM ('draft');
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE posts (
    id bigint PRIMARY KEY, author_id bigint NOT NULL, title varchar(20), views integer, state state, at timestamp DEFAULT now()
  );
  CREATE INDEX posts_title ON posts (title);
  CREATE MATERIALIZED VIEW sales AS SELECT id FROM posts;
  CREATE UNIQUE INDEX ON sales (id);
  CREATE TABLE events (key date NOT NULL) PARTITION BY RANGE (key);
  CREATE TABLE events_2020 PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
  CREATE TABLE events_2026 (key date NOT NULL);
  INSERT INTO users SELECT generate_series(1, 1100);
  INSERT INTO posts SELECT id, id, 'title ' || id, id FROM users;
  INSERT INTO events_2026 VALUES ('2026-05-05');
`

beforeAll(async () => {
  client = await server.connect()
  await client.query(SCHEMA)
})

interface Seen {
  readonly modes: readonly string[]
  readonly scans: number
  readonly rewritten: boolean
}

/** What a statement does to a table while its transaction runs. */
async function watch(sql: string, table: string, prepared = ''): Promise<Seen> {
  await client.query(`BEGIN; ${prepared}`)
  try {
    const before = await stateOf(table)
    await client.query(sql)
    const { rows } = await client.query<{ mode: string }>(
      'SELECT mode FROM pg_locks WHERE pid = pg_backend_pid() AND relation = $1::regclass',
      [table],
    )
    const after = await stateOf(table)
    return {
      modes: rows.map(({ mode }) => mode),
      scans: after.scans - before.scans,
      rewritten: after.node !== before.node,
    }
  } finally {
    await client.query('ROLLBACK')
  }
}

async function stateOf(table: string): Promise<{ node: string; scans: number }> {
  const { rows } = await client.query<{ node: string; scans: number }>(
    `SELECT pg_relation_filenode($1::regclass)::text AS node, pg_stat_get_xact_numscans($1::regclass)::integer AS scans`,
    [table],
  )
  return rows[0]!
}

interface Claim {
  readonly rule: string
  readonly sql: string
  readonly table?: string
  readonly mode: 'AccessExclusiveLock' | 'ShareLock' | 'ShareRowExclusiveLock'
  readonly rewrites?: true
  /** Reads all rows. */
  readonly scans?: true
}

const BAD: readonly Claim[] = [
  { rule: 'index-not-concurrent', sql: 'CREATE INDEX ON posts (views)', mode: 'ShareLock', scans: true },
  { rule: 'drop-index-not-concurrent', sql: 'DROP INDEX posts_title', mode: 'AccessExclusiveLock' },
  { rule: 'reindex-not-concurrent', sql: 'REINDEX TABLE posts', mode: 'ShareLock' },
  {
    rule: 'reindex-not-concurrent',
    sql: 'REINDEX INDEX posts_title',
    table: 'posts_title',
    mode: 'AccessExclusiveLock',
  },
  {
    rule: 'refresh-not-concurrent',
    sql: 'REFRESH MATERIALIZED VIEW sales',
    table: 'sales',
    mode: 'AccessExclusiveLock',
  },
  ...[
    'token uuid DEFAULT gen_random_uuid()',
    'seen timestamptz DEFAULT clock_timestamp()',
    'n bigserial',
    'n bigint GENERATED ALWAYS AS IDENTITY',
    'long boolean GENERATED ALWAYS AS (length(title) > 5) STORED',
  ].map((column): Claim => ({
    rule: 'add-column-volatile-default',
    sql: `ALTER TABLE posts ADD COLUMN ${column}`,
    mode: 'AccessExclusiveLock',
    rewrites: true,
  })),
  { rule: 'set-not-null', sql: 'ALTER TABLE posts ALTER title SET NOT NULL', mode: 'AccessExclusiveLock', scans: true },
  {
    rule: 'set-not-null',
    sql: 'ALTER TABLE posts ADD CONSTRAINT n NOT NULL title',
    mode: 'AccessExclusiveLock',
    scans: true,
  },
  {
    rule: 'column-type-rewrite',
    sql: 'ALTER TABLE posts ALTER views TYPE bigint',
    mode: 'AccessExclusiveLock',
    rewrites: true,
  },
  ...['posts', 'users'].map((table): Claim => ({
    rule: 'add-foreign-key',
    sql: 'ALTER TABLE posts ADD FOREIGN KEY (author_id) REFERENCES users (id)',
    table,
    mode: 'ShareRowExclusiveLock',
    scans: true,
  })),
  { rule: 'add-check', sql: 'ALTER TABLE posts ADD CHECK (id > 0)', mode: 'AccessExclusiveLock', scans: true },
  {
    rule: 'add-check',
    sql: 'ALTER TABLE posts ADD stars bigint DEFAULT 0 CHECK (stars >= 0)',
    mode: 'AccessExclusiveLock',
    scans: true,
  },
  {
    rule: 'validate-in-same-transaction',
    sql: 'ALTER TABLE posts ADD CONSTRAINT c CHECK (id > 0) NOT VALID; ALTER TABLE posts VALIDATE CONSTRAINT c',
    mode: 'AccessExclusiveLock',
    scans: true,
  },
  { rule: 'add-unique', sql: 'ALTER TABLE posts ADD UNIQUE (views)', mode: 'AccessExclusiveLock', scans: true },
  {
    rule: 'add-exclusion',
    sql: 'ALTER TABLE posts ADD EXCLUDE USING gist (int8range(id, id) WITH &&)',
    mode: 'AccessExclusiveLock',
    scans: true,
  },
  {
    rule: 'attach-partition',
    sql: "ALTER TABLE events ATTACH PARTITION events_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
    table: 'events_2026',
    mode: 'AccessExclusiveLock',
    scans: true,
  },
  {
    rule: 'detach-not-concurrent',
    sql: 'ALTER TABLE events DETACH PARTITION events_2020',
    table: 'events',
    mode: 'AccessExclusiveLock',
  },
  { rule: 'truncate', sql: 'TRUNCATE posts', mode: 'AccessExclusiveLock' },
  { rule: 'lock-table', sql: 'LOCK TABLE posts', mode: 'AccessExclusiveLock' },
  { rule: 'rewrite-command', sql: 'CLUSTER posts USING posts_pkey', mode: 'AccessExclusiveLock', rewrites: true },
  { rule: 'rewrite-command', sql: 'ALTER TABLE posts SET UNLOGGED', mode: 'AccessExclusiveLock', rewrites: true },
]

test.each(BAD)('$rule: $sql holds $mode', async ({ rule, sql, table = 'posts', mode, rewrites, scans }) => {
  expect((await lintFile(sql)).map((finding) => finding.rule)).toContain(rule)
  const seen = await watch(sql, table)
  expect(seen.modes).toContain(mode)
  if (rewrites) expect(seen.rewritten).toBe(true)
  if (scans) expect(seen.scans).toBeGreaterThan(0)
})

describe('what the linter lets pass', () => {
  test.each([
    "ADD state2 text DEFAULT 'draft' NOT NULL",
    'ADD created_at timestamptz DEFAULT now() NOT NULL',
    "ADD settings jsonb DEFAULT jsonb_build_object('a', 1)",
    'ADD twice bigint GENERATED ALWAYS AS (views * 2) VIRTUAL',
    'ADD parent bigint REFERENCES posts (id)',
    'ADD CONSTRAINT f FOREIGN KEY (author_id) REFERENCES users (id) NOT VALID',
    'ADD CONSTRAINT c CHECK (id > 0) NOT VALID',
    'ADD CONSTRAINT c NOT NULL title NOT VALID',
    'ALTER title TYPE text',
  ])('reads and writes no row: ALTER TABLE posts %s', async (change) => {
    const sql = `ALTER TABLE posts ${change}`
    const earlier = ['CREATE TABLE posts (title varchar(20), views integer)']
    expect(await lintFile(sql, { earlier })).toEqual([])
    expect(await watch(sql, 'posts')).toMatchObject({ scans: 0, rewritten: false })
  })

  test('VALIDATE CONSTRAINT reads the rows under a lock for which nobody waits', async () => {
    await client.query('ALTER TABLE posts ADD CONSTRAINT c CHECK (id > 0) NOT VALID')
    const seen = await watch('ALTER TABLE posts VALIDATE CONSTRAINT c', 'posts')
    await client.query('ALTER TABLE posts DROP CONSTRAINT c')
    expect(seen.modes.filter((mode) => mode !== 'AccessShareLock')).toEqual(['ShareUpdateExclusiveLock'])
    expect(seen.scans).toBe(1)
  })

  test.each([
    [
      'posts',
      'ALTER TABLE posts ADD CHECK (title IS NOT NULL AND id > 0)',
      'ALTER TABLE posts ALTER title SET NOT NULL',
    ],
    [
      'events_2026',
      "ALTER TABLE events_2026 ADD CHECK (key >= '2026-01-01' AND key < '2027-01-01')",
      "ALTER TABLE events ATTACH PARTITION events_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
    ],
    [
      'posts',
      'CREATE UNIQUE INDEX posts_views ON posts (views)',
      'ALTER TABLE posts ADD UNIQUE USING INDEX posts_views',
    ],
  ])('reads no row of %s, once %s is done: %s', async (table, prepared, sql) => {
    expect(await watch(sql, table, prepared)).toMatchObject({ scans: 0, rewritten: false })
  })

  test.each([
    'CREATE INDEX CONCURRENTLY ON posts (views)',
    'DROP INDEX CONCURRENTLY posts_title',
    'REINDEX TABLE CONCURRENTLY posts',
  ])('writes go on beside %s', async (sql) => {
    const [migrating, writing] = await Promise.all([server.connect(), server.connect()])
    const { rows } = await migrating.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    // An open write makes the statement wait in the middle, where its locks can be seen.
    await client.query('BEGIN; UPDATE posts SET views = 0 WHERE id = 1')
    const done = migrating.query(sql)
    const modes = async (): Promise<string[]> => {
      const held = await writing.query<{ mode: string }>(
        "SELECT mode FROM pg_locks WHERE pid = $1 AND relation = 'posts'::regclass AND granted",
        [rows[0]!.pid],
      )
      return held.rows.map(({ mode }) => mode)
    }
    await expect.poll(modes).toContain('ShareUpdateExclusiveLock')
    expect(await modes()).toEqual(['ShareUpdateExclusiveLock'])
    await writing.query("SET lock_timeout = '5s'")
    await writing.query('UPDATE posts SET views = 0 WHERE id = 2')
    await client.query('COMMIT')
    await done
  })
})

describe('a recipe', () => {
  beforeEach(async () => {
    await client.query(SCHEMA)
  })

  test.each([
    ['ALTER TABLE posts ADD COLUMN token uuid DEFAULT gen_random_uuid() NOT NULL', 'token IS NULL'],
    ['ALTER TABLE posts ADD COLUMN n bigserial', 'n IS NULL'],
    ['ALTER TABLE posts ADD COLUMN slug text NOT NULL', 'slug IS NULL'],
    ['ALTER TABLE posts ALTER COLUMN title SET NOT NULL', 'title IS NULL'],
    ['ALTER TABLE posts ALTER COLUMN views TYPE bigint', 'views_new IS DISTINCT FROM id'],
    ['ALTER TABLE posts ADD FOREIGN KEY (author_id) REFERENCES users (id) ON DELETE CASCADE', 'false'],
    ["ALTER TABLE posts ADD CONSTRAINT c CHECK (title <> ')')", 'false'],
    ['ALTER TABLE posts ADD stars bigint DEFAULT 0 NOT NULL CHECK (stars >= 0)', 'stars <> 0'],
    ['ALTER TABLE posts ADD UNIQUE (views)', 'false'],
    ['ALTER TABLE posts ADD UNIQUE NULLS NOT DISTINCT (views) INCLUDE (title) DEFERRABLE INITIALLY DEFERRED', 'false'],
    ["ALTER TABLE posts ALTER views TYPE text USING 'v' || views", "views_new <> 'v' || id"],
    ['CREATE UNIQUE INDEX IF NOT EXISTS by_views ON posts (views) WHERE id > 5', 'false'],
    ['DROP INDEX posts_title', 'false'],
    ["UPDATE posts SET title = 'all'", "title <> 'all'"],
    ['DELETE FROM posts', 'true'],
    ["ALTER TYPE state ADD VALUE 'gone'; UPDATE posts SET state = 'gone' WHERE id > 0", "state <> 'gone'"],
    ["ALTER TABLE events ATTACH PARTITION events_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')", 'false'],
    ['ALTER TABLE events DETACH PARTITION events_2020', 'false'],
    ['REFRESH MATERIALIZED VIEW sales', 'false'],
    ['ALTER TABLE posts RENAME title TO headline', "headline NOT LIKE 'title %'"],
    ['ALTER TABLE posts RENAME TO articles', 'false'],
    ['ALTER TABLE posts SET SCHEMA archive', 'false'],
    ['-- ashlar: no-transaction\nVACUUM FULL posts', 'false'],
  ])('for %s does what was meant, file by file', async (sql, left) => {
    const [finding] = await lintFile(sql)
    expect(await lintRecipe(finding!.recipe)).toEqual([])
    for (const file of filesOf(finding!.recipe)) {
      // One text of several statements is one transaction, as the runner makes of a file.
      await client.query(file)
    }
    expect((await client.query(`SELECT FROM posts WHERE ${left}`)).rowCount).toBe(0)
  })
})
