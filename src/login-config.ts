/** The variables of the sign-in at the host product. */

/** LOGIN_URL: the host's page, for a hand-over in two calls. */
export type HandedOverLogin = { kind: 'handed-over'; url: string }

/** LOGIN_ISSUER: the host's OpenID provider. */
export type OpenIdLogin = {
  kind: 'openid'
  issuer: string
  clientId: string
  /** null: a public client. */
  clientSecret: string | null
  scopes: string
  /** The claim that is a user's external id. */
  subject: string
  /** The claim with the workspaces of a person who is not in the directory yet; null: nobody is added by signing in. */
  membersOf: string | null
}

export type HostLogin = HandedOverLogin | OpenIdLogin

export type LoginConfig = {
  /** null: people sign in with a password here. */
  hostLogin: HostLogin | null
  /** The password form, beside the host's login or alone. */
  passwords: boolean
}

type Read = <T>(name: string, fallback: T, expected: string, parse: (text: string) => T | undefined) => T

/** @param problem reports variables that do not fit together. */
export function readLoginConfig(
  read: Read,
  production: boolean,
  problem: (text: string) => void,
): LoginConfig {
  const locally = production ? '' : ', or http on this machine'
  const address = (text: string) => (isLoginAddress(text, production) ? text : undefined)
  const url = read<string | null>(
    'LOGIN_URL',
    null,
    `an https address such as https://papertrail.example/connect-login${locally}`,
    address,
  )
  const issuer = read<string | null>(
    'LOGIN_ISSUER',
    null,
    `an https address such as https://login.papertrail.example${locally}`,
    address,
  )
  const passwords = read('PASSWORDS', false, 'on, or nothing', text => (text === 'on' ? true : undefined))
  const openId = readOpenId(read, issuer, problem)
  if (url !== null && openId !== null)
    problem('LOGIN_URL: set beside LOGIN_ISSUER; people sign in at one of them, so keep one')
  const hostLogin: HostLogin | null = url === null ? openId : { kind: 'handed-over', url }
  return { hostLogin, passwords: passwords || hostLogin === null }
}

function readOpenId(read: Read, issuer: string | null, problem: (text: string) => void): OpenIdLogin | null {
  const clientId = read<string | null>('LOGIN_CLIENT_ID', null, 'a text', text => text)
  const login = {
    clientSecret: read<string | null>('LOGIN_CLIENT_SECRET', null, 'a text', text => text),
    scopes: read('LOGIN_SCOPES', 'openid email profile', 'scopes, openid among them', value =>
      value.split(/\s+/).includes('openid') ? value : undefined,
    ),
    subject: read('LOGIN_SUBJECT', 'sub', 'the name of a claim', aClaim),
    membersOf: read<string | null>('LOGIN_CREATE', null, 'member-of:<claim>, or nothing', value =>
      value.startsWith('member-of:') ? aClaim(value.slice('member-of:'.length)) : undefined,
    ),
  }
  if (issuer === null) {
    if (clientId !== null) problem('LOGIN_CLIENT_ID: set without LOGIN_ISSUER, the provider that it is for')
    return null
  }
  if (clientId === null) {
    problem(
      'LOGIN_CLIENT_ID: absent, required beside LOGIN_ISSUER: the id that the provider gave to this service',
    )
    return null
  }
  return { kind: 'openid', issuer, clientId, ...login }
}

const aClaim = (text: string) => (/^[a-z_][\w:/.-]{0,199}$/i.test(text) ? text : undefined)

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
