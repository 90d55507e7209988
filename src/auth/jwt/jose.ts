import { onFirstUse } from '../core/on-first-use.ts'

// Loaded where they are first needed, since an app starts without them. Node keeps modules by itself, but looks each up anew, which is felt per token.

export const joseSign = onFirstUse(() => import('jose/jwt/sign'))
export const joseVerify = onFirstUse(() => import('jose/jwt/verify'))
