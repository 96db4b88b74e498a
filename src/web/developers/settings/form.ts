/** Reads the forms of a connection into settings. */
import { type Capability, capabilities, isCapability } from '../../../installs/capability.ts'
import type { Connection } from '../../../installs/connection.ts'
import type { ConnectionSettings } from '../../../installs/registration.ts'

const people: Capability[] = ['read_user_without_email', 'read_user_with_email']
const switches = [
  'require_pkce',
  'long_lived_tokens',
  'leave_out_iss',
  'require_dpop',
  'device_flow',
  'require_par',
]

/** Settings of a connection without a flow, which an internal one is. */
const flowless = {
  installUrl: null,
  clientType: 'confidential',
  optionalCapabilities: [],
  redirectUris: [],
  jwksUri: null,
  requirePkce: false,
  longLivedTokens: false,
  leaveOutIss: false,
  requireDpop: false,
  deviceFlow: false,
  requirePar: false,
} satisfies Partial<ConnectionSettings>

/** Keys that are part of the registration are changed by the manifest. */
export type SettingsForm = Omit<ConnectionSettings, 'jwks'>

/** Null for a form that is not ours: it holds an unknown choice. */
export function readSettings(form: URLSearchParams, kind: Connection['kind']): SettingsForm | null {
  const asked = readCapabilities(form)
  const client = form.get('client') ?? 'confidential'
  const flags = form.getAll('flow')
  const optional = form.getAll('optional')
  if (!asked || !optional.every(isCapability) || (client !== 'public' && client !== 'confidential'))
    return null
  if (flags.some(flag => !switches.includes(flag))) return null
  return {
    name: line(form, 'name') ?? '',
    description: (form.get('description') ?? '').replace(/\r\n?/g, '\n').trim() || null,
    developerName: line(form, 'developer_name'),
    website: line(form, 'website'),
    installUrl: line(form, 'install_url'),
    supportEmail: line(form, 'support_email'),
    supportUrl: line(form, 'support_url'),
    privacyUrl: line(form, 'privacy_url'),
    termsUrl: line(form, 'terms_url'),
    clientType: client,
    jwksUri: line(form, 'jwks_uri'),
    redirectUris: lines(form.get('redirect_uris') ?? ''),
    capabilities: asked,
    optionalCapabilities: capabilities.filter(one => optional.includes(one)),
    requirePkce: flags.includes('require_pkce'),
    longLivedTokens: flags.includes('long_lived_tokens'),
    leaveOutIss: flags.includes('leave_out_iss'),
    requireDpop: flags.includes('require_dpop'),
    deviceFlow: flags.includes('device_flow'),
    requirePar: flags.includes('require_par'),
    ...(kind === 'internal' ? flowless : {}),
  }
}

function readCapabilities(form: URLSearchParams): Capability[] | null {
  const content = form.getAll('capabilities')
  const who = form.get('people') ?? 'none'
  if (!content.every(one => isCapability(one) && !people.includes(one))) return null
  if (who !== 'none' && !people.some(one => one === who)) return null
  return capabilities.filter(one => content.includes(one) || one === who)
}

function line(form: URLSearchParams, name: string): string | null {
  return (form.get(name) ?? '').trim() || null
}

/** One address a line, trimmed. */
function lines(text: string): string[] {
  return text
    .split(/\r\n|\r|\n/)
    .map(one => one.trim())
    .filter(one => one !== '')
}
