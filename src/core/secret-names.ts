const SECRET_ANYWHERE =
  /password|passwd|passphrase|secret|token|authorization|credential|apikey|accesskey|privatekey|signingkey|passcode|passkey|pincode|securitycode|creditcard|cardnumber|cookie|session/
/** Too short to look for inside other words: `spinner` is no secret. */
const SECRET_WORDS = new Set(['pwd', 'pass', 'otp', 'totp', 'pin', 'cvv', 'cvc', 'ssn', 'auth', 'iban', 'mfa'])

/** Whether a field's name suggests that its value must not be repeated to anyone. */
export function looksSecret(name: string): boolean {
  if (SECRET_ANYWHERE.test(name.toLowerCase().replace(/[^a-z0-9]/g, ''))) return true
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .some((word) => SECRET_WORDS.has(word))
}
