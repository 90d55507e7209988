import { NotFound } from '../../core/errors/index.ts'

export function notFound({ name }: { readonly name: string }): Error {
  return new NotFound(`There is no such ${name}.`)
}
