import type { Dataset } from './dataset.ts'

export interface Request {
  readonly method: 'GET' | 'POST'
  readonly target: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Scenario {
  readonly name: ScenarioName
  /** Of one measurement, of the fast servers; chosen so that each takes about a second. */
  readonly requests: number
  readonly status: 200 | 201
  readonly build: (dataset: Dataset, cursors: readonly Position[]) => readonly Request[]
}

export type ScenarioName =
  'list20' | 'list50' | 'list100' | 'read' | 'nested20' | 'create' | 'create-in-tx' | 'create-and-count'

/** Where a list starts: after the owner's first `skipped` rows, by the server's own cursor. */
export interface Position {
  readonly ownerId: string
  readonly skipped: number
  readonly cursor: string
}

/** In the order measured: what writes comes last, so that every list is read from the same rows. */
export const scenarios: readonly Scenario[] = [
  { name: 'list20', requests: 4000, status: 200, build: lists(20) },
  { name: 'list50', requests: 2500, status: 200, build: lists(50) },
  { name: 'list100', requests: 1500, status: 200, build: lists(100) },
  { name: 'read', requests: 8000, status: 200, build: ({ items }) => items.map((id) => get(`/items/${id}`)) },
  { name: 'nested20', requests: 2000, status: 200, build: lists(20, '&include=owner,tags') },
  { name: 'create', requests: 4000, status: 201, build: creates('/items') },
  { name: 'create-in-tx', requests: 3000, status: 201, build: creates('/items-in-tx') },
  { name: 'create-and-count', requests: 3000, status: 201, build: creates('/counted-items') },
]

function get(target: string): Request {
  return { method: 'GET', target }
}

export function firstPage(ownerId: string, limit: number): Request {
  return get(`/items?ownerId=${ownerId}&limit=${limit}`)
}

export function pageAfter({ ownerId, cursor }: Position, limit: number, more = ''): Request {
  return get(`/items?ownerId=${ownerId}&limit=${limit}&cursor=${encodeURIComponent(cursor)}${more}`)
}

function lists(limit: number, more?: string): Scenario['build'] {
  return (_dataset, positions) => positions.map((position) => pageAfter(position, limit, more))
}

function creates(target: string): Scenario['build'] {
  return ({ owners }) =>
    owners.map((ownerId, i) => ({ method: 'POST', target, body: JSON.stringify(newItem(ownerId, i)) }))
}

const STATUSES = ['open', 'active', 'blocked', 'closed'] as const

export function newItem(ownerId: string, i: number) {
  return {
    ownerId,
    title: `New item ${i} for "the" workshop`,
    notes: i % 7 === 0 ? null : `Notes of new item ${i} — ${'a line of text, '.repeat((i % 3) + 3)}`,
    status: STATUSES[i % STATUSES.length]!,
    done: i % 3 === 0,
    priority: i % 10,
    price: (i + 0.25).toFixed(2),
    dueAt: i % 4 === 0 ? null : new Date(Date.UTC(2026, 5, 1) + i * 3_600_000).toISOString(),
    meta: { source: 'form', score: i % 100, flags: ['a', 'b'] },
  }
}
