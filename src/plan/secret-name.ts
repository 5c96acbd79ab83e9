// BuildKit's rule for which variables hold secrets (its check SecretsUsedInArgOrEnv): by name alone, values are never looked at.

const secret = /(?:_|^)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|$)/i
const harmless = /(?:_|^)(?:public|file|version)(?:_|$)/i

/** Whether a variable's name says that its value is a secret. */
export function isSecretName(name: string): boolean {
  return secret.test(name) && !harmless.test(name)
}
