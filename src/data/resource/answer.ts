import { JsonBytes } from '../../core/json-bytes.ts'
import type { ResponseHead } from '../../core/request.ts'
import { JsonSink } from '../wire/json-sink.ts'
import type { RowSet } from '../wire/row-set.ts'
import type { Selection } from '../repository/selection.ts'
import type { Declared } from './declared.ts'
import { notFound } from './not-found.ts'
import { entityTag } from './precondition.ts'

/** One row as the answer, with its version as the entity tag. */
export function rowAnswer(declared: Declared, rows: RowSet, response: ResponseHead): unknown {
  if (rows.length === 0) throw notFound(declared)
  const { visible, version } = declared.definition
  if (version !== undefined) response.header('etag', entityTag(rows.text(0, version.index), declared.hidden))
  return rowBody(rows, visible)
}

function rowBody(rows: RowSet, { json, object }: Selection): unknown {
  if (json === undefined) return object(rows, 0)
  const sink = new JsonSink(rows.size * 2)
  json(rows, sink, { to: 1 })
  rows.release()
  return new JsonBytes(sink.toBody())
}
