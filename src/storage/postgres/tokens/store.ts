import type { Pool } from 'pg'
import { authorizations } from './authorizations.ts'
import { clientLookup } from './client.ts'
import { introspections } from './introspection.ts'
import { revocations } from './revocation.ts'
import { secretStandings } from './secret-status.ts'
import { tokenReadings } from './token-lookup.ts'
import { tokenStatements } from './token-statement.ts'
import { tokenStandings } from './token-status.ts'

/** All that the provider keeps in PostgreSQL. */
export function providerStore(pool: Pool) {
  return {
    ...clientLookup(pool),
    ...authorizations(pool),
    ...tokenReadings(pool),
    ...tokenStatements(pool),
    ...introspections(pool),
    ...revocations(pool),
    ...secretStandings(pool),
    ...tokenStandings(pool),
  }
}
