/** The variables of the sign-in at the host product. */

export type HostLogin =
  /** LOGIN_URL: the host's page, for a hand-over in two calls. */
  | { kind: 'handed-over'; url: string }
  /** LOGIN_ISSUER: the host's OpenID provider. */
  | {
      kind: 'openid'
      issuer: string
      clientId: string
      /** null: a public client. */
      clientSecret: string | null
      scopes: string
      /** The claim that is the external id of a user. */
      subject: string
    }

export type LoginConfig = {
  /** null: people sign in with a password here. */
  hostLogin: HostLogin | null
  /** The password form, beside the host's login or alone. */
  passwords: boolean
}

type Read = <T>(name: string, fallback: T, expected: string, parse: (text: string) => T | undefined) => T

export function readLoginConfig(
  read: Read,
  { production, problems }: { production: boolean; problems: string[] },
): LoginConfig {
  const address = (text: string) => (isLoginAddress(text, production) ? text : undefined)
  const expected = (example: string) =>
    `an https address such as ${example}${production ? '' : ', or http on this machine'}`
  const plain = (text: string) => (/^[\x20-\x7e]+$/.test(text) ? text : undefined)
  const url = read<string | null>(
    'LOGIN_URL',
    null,
    expected('https://papertrail.example/connect-login'),
    address,
  )
  const issuer = read<string | null>(
    'LOGIN_ISSUER',
    null,
    expected('https://login.papertrail.example'),
    address,
  )
  const clientId = read<string | null>('LOGIN_CLIENT_ID', null, 'the id of a client at LOGIN_ISSUER', plain)
  const clientSecret = read<string | null>('LOGIN_CLIENT_SECRET', null, 'the secret of that client', plain)
  const scopes = read('LOGIN_SCOPES', 'openid email profile', 'scopes with openid among them', text =>
    text.split(' ').includes('openid') && plain(text) ? text : undefined,
  )
  const subject = read('LOGIN_SUBJECT', 'sub', 'the name of a claim', text =>
    /^[\w.:/-]+$/.test(text) ? text : undefined,
  )
  const passwords = read('PASSWORDS', false, 'on, or nothing', text => (text === 'on' ? true : undefined))
  if (url && issuer) problems.push('LOGIN_URL: found an address, expected none beside LOGIN_ISSUER')
  if (issuer && !clientId)
    problems.push('LOGIN_CLIENT_ID: absent, required with LOGIN_ISSUER: the id of a client there')
  const hostLogin: HostLogin | null = issuer
    ? { kind: 'openid', issuer, clientId: clientId ?? '', clientSecret, scopes, subject }
    : url
      ? { kind: 'handed-over', url }
      : null
  return { hostLogin, passwords: passwords || hostLogin === null }
}

/** Plain http only in development, to this machine. */
function isLoginAddress(text: string, production: boolean): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, username, password, hash } = new URL(text)
  if (username + password + hash !== '') return false
  if (protocol === 'https:') return true
  return protocol === 'http:' && !production && isLoopback(hostname)
}

export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}
