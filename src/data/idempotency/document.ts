import type { PolicyDocument } from '../../core/policy/policy.ts'

/** What the document of an operation says of its key. */
export function idempotencyDocument(required: boolean, keepHours: number): PolicyDocument {
  return {
    parameters: [
      {
        name: 'Idempotency-Key',
        in: 'header',
        required,
        description:
          `Makes the request safe to repeat: sent again with the same key within ${keepHours} hours, it has no further effect and the same answer. ` +
          'A value that nobody else uses, such as a random UUID.',
        schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
      },
    ],
    responseHeaders: {
      'Idempotency-Replayed': {
        description: 'There where this is the answer of an earlier request with the same key.',
        schema: { type: 'string', enum: ['true'] },
      },
    },
  }
}
