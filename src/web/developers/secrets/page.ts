import type { ConfirmPage } from '../../frame/confirm.ts'
import { urls } from '../../urls.ts'
import type { SecretShown } from '../connection/readings.ts'

/** `others`: the number of secrets that stay live. */
export function revokePage(
  connection: { id: string; name: string },
  secret: SecretShown,
  others: number,
): ConfirmPage {
  return {
    heading: `Revoke the secret lks_…${secret.hint}?`,
    lead: `Requests of ${connection.name} that prove themselves with this secret are refused from the next one on.`,
    effects: [
      secret.lastUsedAt === null
        ? 'It has never been used.'
        : 'It is in use: put the other one in place first, or token requests fail.',
      others === 0
        ? 'It is the only one: until you make another, no token is issued or refreshed.'
        : 'The other secret goes on working.',
      'Tokens that were issued stay as they are.',
    ],
    undo: 'A revoked secret does not come back. You can make another at any time.',
    submit: {
      label: 'Revoke secret',
      action: urls.developersPart(connection.id, `secrets/${secret.id}/revoke`),
      fields: [],
      danger: true,
    },
    back: { label: 'Keep it', href: urls.developersConnection(connection.id) },
  }
}
