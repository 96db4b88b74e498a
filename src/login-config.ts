/** The variables of the sign-in at the host product. */

/** LOGIN_URL: the host's page, for a hand-over in two calls. */
export type HostLogin = { kind: 'handed-over'; url: string }

export type LoginConfig = {
  /** null: people sign in with a password here. */
  hostLogin: HostLogin | null
  /** The password form, beside the host's login or alone. */
  passwords: boolean
}

type Read = <T>(name: string, fallback: T, expected: string, parse: (text: string) => T | undefined) => T

export function readLoginConfig(read: Read, production: boolean): LoginConfig {
  const expected = `an https address such as https://papertrail.example/connect-login${production ? '' : ', or http on this machine'}`
  const url = read<string | null>('LOGIN_URL', null, expected, text =>
    isLoginAddress(text, production) ? text : undefined,
  )
  const passwords = read('PASSWORDS', false, 'on, or nothing', text => (text === 'on' ? true : undefined))
  return { hostLogin: url ? { kind: 'handed-over', url } : null, passwords: passwords || url === null }
}

/** Plain http only in development, to this machine. */
function isLoginAddress(text: string, production: boolean): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, username, password, hash } = new URL(text)
  if (username + password + hash !== '') return false
  if (protocol === 'https:') return true
  return protocol === 'http:' && !production && isLoopback(hostname)
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}
