import { jwksOperation } from '../process/jwks.ts'
import { sessionOperations } from '../sessions/operations.ts'
import { adminOperations } from './admin.ts'
import { changeEmailOperation, confirmEmailOperation } from './email-change.ts'
import { logInOperation, reauthenticateOperation } from './log-in.ts'
import { meOperations } from './me.ts'
import type { AccountParts } from './parts.ts'
import { changePasswordOperation, forgotPasswordOperation, resetPasswordOperation } from './password-operations.ts'
import { registerOperation } from './registration.ts'
import { tokenOperation } from './token.ts'
import { resendVerificationOperation, verifyEmailOperation } from './verification.ts'

/** All operations of accounts, by the names they have in the client. */
export function accountOperations(parts: AccountParts) {
  return {
    register: registerOperation(parts),
    verifyEmail: verifyEmailOperation(parts),
    resendVerification: resendVerificationOperation(parts),
    logIn: logInOperation(parts),
    ...sessionOperations(parts.core),
    ...meOperations(parts),
    changePassword: changePasswordOperation(parts),
    forgotPassword: forgotPasswordOperation(parts),
    resetPassword: resetPasswordOperation(parts),
    changeEmail: changeEmailOperation(parts),
    confirmEmail: confirmEmailOperation(parts),
    reauthenticate: reauthenticateOperation(parts),
    token: tokenOperation(parts),
    jwks: jwksOperation(parts.core),
    admin: adminOperations(parts),
  }
}

export type AccountOperations = ReturnType<typeof accountOperations>
export type AdminOperations = AccountOperations['admin']['children']
