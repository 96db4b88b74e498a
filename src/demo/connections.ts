import type { Registration } from '../installs/actions/register-connection.ts'
import type { Capability } from '../installs/capability.ts'
import { blankSettings } from '../installs/registration.ts'

import { siteOf } from './sites.ts'

export const demoPartnerName = 'Relay Automations'

/** The host's own connections, with their capabilities. */
const firstParty: [name: string, capabilities: Capability[]][] = [
  ['GitHub', ['read_content', 'insert_comments', 'read_user_without_email']],
  ['Jira', ['read_content', 'update_content', 'insert_content', 'read_user_without_email']],
  ['Slack', ['read_content', 'read_comments', 'insert_comments', 'read_user_with_email']],
  ['Asana', ['read_content', 'update_content', 'read_user_without_email']],
  ['Trello', ['read_content', 'insert_content']],
]

/** The user whose pages the demo serves. */
export const demoDevelopers = [...firstParty.map(([name]) => name), demoPartnerName]

/** The demo registers the host's own connections, a public partner (ours, below /demo-partner) and an internal one of Acme. */
export function demoConnections(place: {
  workspace: string
  ada: string
  redirectUri: string
  installUrl: string
}): Registration[] {
  const { supportUrl, privacyUrl, termsUrl } = siteOf(place.installUrl, demoPartnerName)
  return [
    ...firstParty.map(([name, capabilities]) => ({
      ...plain,
      name,
      developerName: 'Latchkey',
      capabilities,
      ...siteOf(place.installUrl, name),
      redirectUris: [`https://connect.example/${name.toLowerCase()}/callback`],
      firstParty: true,
      verified: true,
    })),
    {
      ...plain,
      name: demoPartnerName,
      developerName: 'Relay Automations Ltd',
      capabilities: ['read_content', 'update_content', 'insert_content', 'read_user_with_email'],
      website: place.installUrl,
      installUrl: place.installUrl,
      supportUrl,
      privacyUrl,
      termsUrl,
      redirectUris: [place.redirectUri],
      verified: true,
    },
    {
      ...plain,
      kind: 'internal',
      workspaceId: place.workspace,
      createdBy: place.ada,
      name: 'Acme Reporter',
      capabilities: ['read_content', 'read_user_without_email'],
      supportEmail: 'ada@acme.test',
    },
  ]
}

const plain: Registration = {
  ...blankSettings,
  kind: 'public',
  workspaceId: null,
  createdBy: null,
  firstParty: false,
  verified: false,
}
