import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import type { FullLine } from '../logs/request-log.ts'
import { requestText } from './request-text.ts'
import { RequestTree } from './request-tree.ts'

const line = { method: 'GET', path: '/tasks', status: 200, durationMs: 12 } as FullLine

function shown(run: (tree: RequestTree) => void): string {
  const tree = new RequestTree()
  tree.run(() => run(tree))
  return stripVTControlCharacters(requestText(line, tree, false)).replaceAll(/\d+\.\d ms/g, 'N ms')
}

const quick = (tree: RequestTree, names: readonly string[]): void => {
  for (const name of names) tree.step('dependency', name, () => undefined)
}

test('dependencies that are ready at once are one line, where there are many; what takes time, fails or has steps stands for itself', () => {
  const text = shown((tree) => {
    quick(tree, ['mail', 'events'])
    tree.step('dependency', 'token', () => tree.step('statement', 'select ?', () => undefined))
    expect(() =>
      tree.step('dependency', 'tenant', () => {
        throw new Error('no tenant')
      }),
    ).toThrow()
    quick(tree, ['attempts'])
    tree.step('handler', 'tasks.list', () => undefined)
  })
  expect(text.split('\n').slice(1, -1)).toEqual([
    '  ├─ 3 dependencies N ms',
    '  ├─ dependency token N ms',
    '  │  └─ select ? N ms',
    '  ├─ dependency tenant N ms failed',
    '  └─ handler tasks.list N ms',
  ])
})

test('a few dependencies have their names', () => {
  const text = shown((tree) => quick(tree, ['mail', 'events']))
  expect(text).toContain('  ├─ dependency mail N ms\n  └─ dependency events N ms\n')
})

test('a long statement is shown by what it does, and is counted with those that are the same as a whole', () => {
  const columns = 'abcdefghij'.replaceAll(/./g, '"orders"."column_$&", ').slice(0, -2)
  const statements = [
    `select ${columns} from "orders" where "orders"."id" = ? for update`,
    `select ${columns} from "orders" where "orders"."customer_id" = ?`,
    `select ${columns} from "orders" where "orders"."customer_id" = ?`,
    `insert into "orders" (${columns}) values (?, now()) returning ${columns}`,
    `update "orders" set "state" = ? where "orders"."id" = ? returning ${columns}`,
  ]
  const text = shown((tree) => {
    for (const statement of statements) tree.step('statement', statement, () => undefined)
  })
  expect(text.split('\n').slice(1, -1)).toEqual([
    '  ├─ select … from "orders" where "orders"."id" = ? for update N ms',
    '  ├─ select … from "orders" where "orders"."customer_id" = ? ×2 N ms',
    '  ├─ insert into "orders" (…) values (?, now()) returning … N ms',
    '  └─ update "orders" set "state" = ? where "orders"."id" = ? returning … N ms',
  ])
})
