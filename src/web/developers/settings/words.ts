import type { Capability } from '../../../installs/capability.ts'
import type { ConnectionSettings, SettingsFault } from '../../../installs/registration.ts'

/** The name of each setting on the screen. */
export const labels: Record<keyof ConnectionSettings, string> = {
  name: 'Name',
  description: 'Description',
  developerName: 'Developer',
  website: 'Website',
  installUrl: 'Install address',
  supportEmail: 'Support e-mail',
  supportUrl: 'Support address',
  privacyUrl: 'Privacy policy',
  termsUrl: 'Terms of use',
  clientType: 'Client type',
  jwks: 'Public keys',
  jwksUri: 'Address of public keys',
  redirectUris: 'Redirect URIs',
  capabilities: 'Access levels',
  optionalCapabilities: 'Optional access levels',
  requirePkce: 'Require PKCE',
  longLivedTokens: 'Long-lived access tokens',
  requirePar: 'Require pushed requests',
  deviceFlow: 'Device flow',
  requireDpop: 'Require bound tokens',
  leaveOutIss: 'Leave out iss',
}

/** Access levels for the developer who asks for them, with the scope value beside each. */
export const levelWords: Record<Capability, string> = {
  read_content: 'Read pages',
  update_content: 'Change pages',
  insert_content: 'Add pages',
  read_comments: 'Read comments',
  insert_comments: 'Write comments',
  read_user_without_email: 'Names and pictures',
  read_user_with_email: 'Names, pictures and e-mail addresses',
}

/** "Name must have 1 to 200 characters." Or, of one address: "https://… has a fragment." */
export function faultWords({ member, value, fault }: SettingsFault): string {
  return `${value === undefined ? labels[member] : `“${value}”`} ${fault}.`
}
