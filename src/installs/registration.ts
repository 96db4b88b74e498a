/** A connection's settings and their validation: the same for the hub, the manifest and the command line. */
import { faultOfKeySet } from './client-keys.ts'
import type { Connection, ConnectionSettings } from './connection.ts'
import { faultOfRedirectUri } from './redirect-uri.ts'

export type { ConnectionSettings }

/** One member and its fault, as the end of a sentence that begins with its name, or with the faulty value of a list. */
export type SettingsFault = { member: keyof ConnectionSettings; value?: string; fault: string }

/** Private schemes without a dot that the operator allows in redirect URIs; left out: none. */
export type NativeSchemes = { nativeSchemes?: readonly string[] }

const maxRedirectUris = 50
const maxAddressLength = 2_000
const webAddresses = ['website', 'installUrl', 'supportUrl', 'privacyUrl', 'termsUrl'] as const

/** Of a new connection. */
export const blankSettings: ConnectionSettings = {
  name: '',
  description: null,
  developerName: null,
  website: null,
  installUrl: null,
  supportEmail: null,
  supportUrl: null,
  privacyUrl: null,
  termsUrl: null,
  clientType: 'confidential',
  redirectUris: [],
  jwks: null,
  jwksUri: null,
  capabilities: [],
  optionalCapabilities: [],
  requirePkce: false,
  longLivedTokens: false,
  leaveOutIss: false,
  requireDpop: false,
  deviceFlow: false,
  requirePar: false,
}

export function settingsOf(connection: Connection): ConnectionSettings {
  const members = Object.keys(blankSettings) as (keyof ConnectionSettings)[]
  return Object.fromEntries(members.map(member => [member, connection[member]])) as ConnectionSettings
}

/**
 * All that is wrong; more than one fault may be of one member.
 * @param nativeSchemes private schemes without a dot that the operator allows in redirect URIs.
 */
export function faultsOfSettings(
  kind: Connection['kind'],
  settings: ConnectionSettings,
  nativeSchemes: readonly string[] = [],
): SettingsFault[] {
  const faults: SettingsFault[] = []
  const refuse = (member: keyof ConnectionSettings, fault: string | null) => {
    if (fault) faults.push({ member, fault })
  }
  refuse('name', faultOfLine(settings.name))
  if (settings.developerName !== null) refuse('developerName', faultOfLine(settings.developerName))
  if (settings.description !== null) refuse('description', faultOfDescription(settings.description))
  for (const member of webAddresses) refuse(member, faultOfWebAddress(settings[member]))
  if (settings.supportEmail !== null) refuse('supportEmail', faultOfEmail(settings.supportEmail))
  refuse('jwksUri', faultOfKeysAddress(settings))
  if (settings.jwks !== null) refuse('jwks', faultOfKeySet(settings.jwks))
  refuse('capabilities', faultOfCapabilities(settings.capabilities))
  return [
    ...faults,
    ...faultsOfOptional(kind, settings),
    ...faultsOfRedirectUris(kind, settings, nativeSchemes),
  ]
}

/** Control characters, and marks that reverse the text after them: a name must not disguise the words around it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it matches
const unseen = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/

/** Signs without a look, of which a name may consist, or by which it differs from one that looks the same. */
const blank = /[\s\u2800\p{Default_Ignorable_Code_Point}]/gu
/** Of these the joiners and selectors are how some scripts are written, and the tags how some flags are. */
const invisible = /[[\p{Default_Ignorable_Code_Point}]--[\u200c\u200d\ufe0e\ufe0f\u{e0020}-\u{e007f}]]/v

function faultOfLine(text: string): string | null {
  if (text.replace(blank, '') === '' || [...text].length > 200) return 'must have 1 to 200 characters'
  if (unseen.test(text) || !text.isWellFormed()) return 'has control characters'
  return invisible.test(text) ? 'has invisible characters' : null
}

function faultOfDescription(text: string): string | null {
  if (text.trim() === '' || [...text].length > 1_000) return 'must have 1 to 1,000 characters'
  return unseen.test(text.replace(/\r?\n/g, ' ')) || !text.isWellFormed() ? 'has control characters' : null
}

function faultOfEmail(email: string): string | null {
  return email.length > 320 || !/^[^\s@<>"]+@[^\s@<>"]+$/.test(email) || unseen.test(email)
    ? `is no e-mail address: ${JSON.stringify(email)}`
    : null
}

/** Links shown to people: only schemes that a browser opens as a page. */
function faultOfWebAddress(address: string | null): string | null {
  if (address === null) return null
  const shown = JSON.stringify(address)
  if (address.length > maxAddressLength) return `is longer than ${maxAddressLength} characters`
  if (!URL.canParse(address) || /\s/.test(address) || unseen.test(address))
    return `is no web address: ${shown}`
  const { protocol, username, password } = new URL(address)
  if (protocol !== 'https:' && protocol !== 'http:') return `must begin with https://: ${shown}`
  return username || password ? `has a user part: ${shown}` : null
}

/** Keys come from one place, over a connection that nobody can change on the way. */
function faultOfKeysAddress({ jwks, jwksUri }: ConnectionSettings): string | null {
  if (jwksUri === null) return null
  if (jwks !== null) return 'is of no use beside jwks; name one of them'
  const fault = faultOfWebAddress(jwksUri)
  if (fault) return fault
  return jwksUri.startsWith('https://') ? null : `must begin with https://: ${JSON.stringify(jwksUri)}`
}

function faultOfCapabilities(capabilities: ConnectionSettings['capabilities']): string | null {
  if (capabilities.length === 0) return 'must name at least one'
  return capabilities.includes('read_user_with_email') && capabilities.includes('read_user_without_email')
    ? 'has read_user_with_email and read_user_without_email; name one of them'
    : null
}

function faultsOfOptional(
  kind: Connection['kind'],
  { capabilities, optionalCapabilities }: ConnectionSettings,
): SettingsFault[] {
  const member = 'optionalCapabilities'
  if (kind === 'internal' && optionalCapabilities.length > 0)
    return [{ member, fault: 'are of no use: an internal connection has no consent' }]
  return optionalCapabilities
    .filter(one => !capabilities.includes(one))
    .map(value => ({ member, value, fault: 'is optional, but not among the access levels' }))
}

function faultsOfRedirectUris(
  kind: Connection['kind'],
  { clientType, redirectUris }: ConnectionSettings,
  nativeSchemes: readonly string[],
): SettingsFault[] {
  const all = faultOfList(kind, redirectUris)
  if (all) return [{ member: 'redirectUris', fault: all }]
  return redirectUris.flatMap(uri => {
    const fault = faultOfRedirectUri(uri, clientType, nativeSchemes)
    return fault ? [{ member: 'redirectUris' as const, value: uri, fault }] : []
  })
}

function faultOfList(kind: Connection['kind'], redirectUris: string[]): string | null {
  if (kind === 'internal')
    return redirectUris.length > 0 ? 'are of no use: an internal connection has no flow' : null
  if (redirectUris.length === 0) return 'must name at least one'
  if (redirectUris.length > maxRedirectUris) return `must be ${maxRedirectUris} at most`
  return new Set(redirectUris).size < redirectUris.length ? 'name one address twice' : null
}
