import type { ErrorClass } from '../../core/errors/index.ts'
import { Forbidden, NotFound, PreconditionFailed, PreconditionRequired } from '../../core/errors/index.ts'
import type { InputDeclarations } from '../../core/inputs.ts'
import type { Declared } from './declared.ts'
import { ifMatchHeader } from './precondition.ts'

/** What any change of one row can be refused with. */
export function changeErrors({ definition }: Declared): readonly ErrorClass[] {
  return definition.version === undefined
    ? [NotFound, Forbidden]
    : [NotFound, Forbidden, PreconditionFailed, PreconditionRequired]
}

/** What a row can be refused with for what is in it. */
export function fieldErrors({ definition }: Declared): readonly ErrorClass[] {
  return definition.fields === undefined ? [] : [Forbidden]
}

export function changeInputs({ definition, params }: Declared): InputDeclarations {
  return definition.version === undefined ? { params } : { params, headers: ifMatchHeader }
}
