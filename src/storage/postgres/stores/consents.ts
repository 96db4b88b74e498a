import type { ClientBase } from 'pg'
import type { Consent } from '../../../installs/consent.ts'

/** Keeps a consent. It is not in force until the code of its authorization is redeemed. */
export async function saveConsent(client: ClientBase, consent: Consent): Promise<void> {
  await client.query({
    name: 'save-consent',
    text: `insert into consents
             (id, workspace_id, connection_id, user_id, capabilities, page_ids, address, created_at, expires_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    values: [
      consent.id,
      consent.workspaceId,
      consent.connectionId,
      consent.userId,
      consent.capabilities,
      consent.pages,
      consent.address,
      consent.createdAt,
      consent.expiresAt,
    ],
  })
}
