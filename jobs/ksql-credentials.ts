import type { Credentials } from '../ksql-rest/protocol.ts'

/** Reads name:password. @throws Error, in which neither part is shown: it may be read by others */
export function parseCredentials(text: string): Credentials {
  const colon = text.indexOf(':')
  if (colon < 1 || colon === text.length - 1) {
    throw new Error('the credentials are no name and password with a colon between them. Give such as anna:secret.')
  }
  return { username: text.slice(0, colon), password: text.slice(colon + 1) }
}
