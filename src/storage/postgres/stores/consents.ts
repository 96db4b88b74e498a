import type { EntityManager } from 'typeorm'
import type { Consent } from '../../../installs/consent.ts'
import { consents } from '../tables.ts'

/** Keeps a consent. It is not in force until the code of its authorization is redeemed. */
export async function saveConsent(manager: EntityManager, consent: Consent): Promise<void> {
  const { accessEnd, ...row } = consent
  await manager
    .getRepository(consents)
    .insert({ ...row, accessDays: accessEnd?.days ?? null, accessEndsAt: accessEnd?.at ?? null })
}
