import type { Pool } from 'pg'
import type { ProviderStore } from '../../../oidc/ports.ts'
import { resourceLookup } from '../stores/resources.ts'
import { authorizations } from './authorizations.ts'
import { clientLookup } from './client.ts'
import { introspections } from './introspection.ts'
import { revocations } from './revocation.ts'
import { secretStatuses } from './secret-status.ts'
import { tokenReadings } from './token-lookup.ts'
import { tokenStatements } from './token-statement.ts'
import { tokenStatuses } from './token-status.ts'

/** The provider's stores in PostgreSQL. */
export function providerStore(pool: Pool): ProviderStore {
  return {
    ...clientLookup(pool),
    ...authorizations(pool),
    ...tokenReadings(pool),
    ...tokenStatements(pool),
    ...introspections(pool),
    ...revocations(pool),
    ...resourceLookup(pool),
    ...secretStatuses(pool),
    ...tokenStatuses(pool),
  }
}
