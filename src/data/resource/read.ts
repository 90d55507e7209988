import { NotFound } from '../../core/errors/index.ts'
import type { Operation } from '../../core/operation.ts'
import { readRow } from '../repository/read-rows.ts'
import { rowAnswer } from './answer.ts'
import type { Declared } from './declared.ts'
import { resourceOperation, sessionOf } from './operations.ts'

export function readOperation(declared: Declared): Operation {
  const { definition, name, params, rowPath, schemas } = declared
  return resourceOperation(
    declared,
    {
      method: 'GET',
      path: rowPath,
      action: 'read',
      summary: `Read one ${name}`,
      inputs: { params },
      response: schemas.row,
      errors: [NotFound],
    },
    async (context) => {
      const rows = await readRow(sessionOf(declared, context), context.params, definition.visible)
      return rowAnswer(declared, rows, context.response)
    },
  )
}
