import type { Credentials } from '../ksql-rest/protocol.ts'

/** The variable of the environment that has them. */
export const CREDENTIALS = 'GPUMON_KSQL_CREDENTIALS'

/** Reads name:password. @throws Error, in which neither part is shown: it may be read by others */
export function parseCredentials(text: string): Credentials {
  const colon = text.indexOf(':')
  if (colon < 1 || colon === text.length - 1) {
    const wrong =
      colon < 0 ? 'has no colon' : colon === 0 ? 'has no name before its colon' : 'has no password after its colon'
    throw new Error(`${CREDENTIALS} ${wrong}; set it to name:password, such as anna:secret`)
  }
  return { username: text.slice(0, colon), password: text.slice(colon + 1) }
}
