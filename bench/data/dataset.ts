import { randomBytes } from 'node:crypto'
import { Client } from 'pg'

const DEFAULT_SERVER = 'postgres://root@127.0.0.1:5432/postgres'
const PREFIX = 'ashlar_bench_data_'
const TAGS = 50
/** 40% of the owners have 80% of the rows: lists of 100 past a cursor need owners with more than 100. */
const BUSY_OWNERS_SHARE = 0.4

export interface DatasetSize {
  readonly rows: number
  readonly owners: number
}

export interface Dataset {
  readonly url: string
  readonly database: string
  readonly size: DatasetSize
  /** Owners with enough rows for every list that is measured: 2 x rows / owners each. */
  readonly busyOwners: readonly string[]
  readonly owners: readonly string[]
  /** Ids spread evenly over the whole table. */
  readonly items: readonly string[]
  drop(): Promise<void>
}

/** A database of its own on the server that DATABASE_URL names, or on the local one. */
export async function createDataset(size: DatasetSize): Promise<Dataset> {
  const server = process.env['DATABASE_URL'] ?? DEFAULT_SERVER
  const database = `${PREFIX}${randomBytes(4).toString('hex')}`
  await withClient(server, async (client) => {
    await dropLeftovers(client)
    await client.query(`create database ${database}`)
  })
  const drop = (): Promise<void> =>
    withClient(server, async (client) => {
      await client.query(`drop database if exists ${database} with (force)`)
    })
  const url = new URL(server)
  url.pathname = `/${database}`
  try {
    return { url: url.href, database, size, ...(await withClient(url.href, (client) => fill(client, size))), drop }
  } catch (error) {
    await drop()
    throw error
  }
}

/** Of runs that were interrupted. A database in use cannot be dropped, so a run beside this one keeps its own. */
async function dropLeftovers(client: Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    'select datname as name from pg_database where starts_with(datname, $1)',
    [PREFIX],
  )
  for (const { name } of rows) await client.query(`drop database ${name}`).catch(() => undefined)
}

async function withClient<Result>(url: string, use: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

async function fill(client: Client, size: DatasetSize): Promise<Pick<Dataset, 'busyOwners' | 'owners' | 'items'>> {
  await client.query(SCHEMA)
  await client.query(rowsSql(size))
  await client.query(INDEXES)
  // Autovacuum may be off or late: visibility and statistics must be the same for every server.
  await client.query('vacuum analyze')
  await client.query('checkpoint').catch(() => undefined)
  const owners = await column(client, `select id from owners order by number`)
  const step = Math.max(1, Math.floor(size.rows / 2000))
  return {
    owners,
    busyOwners: owners.slice(0, busyOwners(size)),
    items: await column(
      client,
      `select id from generate_series(1, ${size.rows}, ${step}) i, lateral (${ITEM_ID}) item`,
    ),
  }
}

async function column(client: Client, text: string): Promise<readonly string[]> {
  const { rows } = await client.query<{ id: string }>(text)
  return rows.map(({ id }) => id)
}

function busyOwners({ owners }: DatasetSize): number {
  return Math.round(owners * BUSY_OWNERS_SHARE)
}

/** A uuid v7 of a time in milliseconds and a text that makes it unique, valid in version and variant. */
function uuid7(milliseconds: string, unique: string): string {
  const hash = `md5(${unique})`
  return `(lpad(to_hex(${milliseconds}), 12, '0') || '7' || substr(${hash}, 1, 3) || '8' || substr(${hash}, 4, 15))::uuid`
}

const START_MS = '1767225600000::bigint'
const ITEM_MS = `(${START_MS} + i * 1009::bigint)`
const ITEM_ID = `select ${uuid7(ITEM_MS, `'item' || i`)} as id`

const SCHEMA = `
create type item_status as enum ('open', 'active', 'blocked', 'closed');
create table owners (
  id uuid primary key, number integer not null unique, name text not null, email text not null, item_count integer not null default 0
);
create table tags (id uuid primary key, name text not null unique);
create table items (
  id uuid not null,
  owner_id uuid not null,
  title text not null,
  notes text,
  status item_status not null default 'open',
  done boolean not null default false,
  priority integer not null default 0,
  price numeric(12, 2) not null,
  due_at timestamp(3) with time zone,
  meta jsonb not null,
  created_at timestamp(3) with time zone not null default now(),
  updated_at timestamp(3) with time zone not null default now()
);
create table item_tags (item_id uuid not null, tag_id uuid not null);
`

/** Indexes after the rows, as a restore does: the trees are as dense at every size. */
const INDEXES = `
alter table items add primary key (id);
alter table items add foreign key (owner_id) references owners (id);
create index items_owner_created on items (owner_id, created_at desc, id desc);
alter table item_tags add primary key (item_id, tag_id);
alter table item_tags add foreign key (item_id) references items (id), add foreign key (tag_id) references tags (id);
create index item_tags_tag on item_tags (tag_id);
`

/** Owners' rows lie scattered over the table, as they do when many owners write at once. */
function rowsSql(size: DatasetSize): string {
  const busy = busyOwners(size)
  const owner = (number: string): string => uuid7(START_MS, `'owner' || (${number})`)
  const ownerOfItem = `case when i % 5 < 4 then (i / 5 * 4 + i % 5) % ${busy} else ${busy} + (i / 5) % ${size.owners - busy} end`
  const tag = (number: string): string => uuid7(START_MS, `'tag' || (${number})`)
  return `
insert into owners (id, number, name, email)
  select ${owner('i')}, i, 'Owner ' || i, 'owner' || i || '@example.com' from generate_series(0, ${size.owners - 1}) i;
insert into tags select ${tag('i')}, 'tag-' || i from generate_series(0, ${TAGS - 1}) i;
insert into items
  select ${uuid7(ITEM_MS, `'item' || i`)}, ${owner(ownerOfItem)},
    'Item ' || i || ': check the "north" door',
    case when i % 7 = 0 then null else 'Notes of item ' || i || ' — ' || md5(i::text) || E'\\nsecond line, ' || repeat(md5('n' || i), i % 3 + 1) end,
    (enum_range(null::item_status))[i % 4 + 1], i % 3 = 0, i % 10, (i % 100000) / 100.0,
    case when i % 4 = 0 then null else to_timestamp((${ITEM_MS} + 86400000) / 1000.0) end,
    jsonb_build_object('source', 'import', 'score', i % 100, 'flags', jsonb_build_array('a', 'b')),
    to_timestamp(${ITEM_MS} / 1000.0), to_timestamp((${ITEM_MS} + 5000) / 1000.0)
  from generate_series(1, ${size.rows}) i;
insert into item_tags
  select ${uuid7(ITEM_MS, `'item' || i`)}, ${tag(`(i * 7 + n * 17) % ${TAGS}`)} from generate_series(1, ${size.rows}) i, generate_series(0, 2) n;
`
}
