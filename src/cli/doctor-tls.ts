/** Tells how far the connection to PostgreSQL is protected. */
import { readDatabaseAddress } from '../storage/postgres/address.ts'
import type { Verdict } from './doctor-finding.ts'

/** @param url as configured. */
export function examineTls(url: string): Verdict {
  const { ssl } = readDatabaseAddress(url)
  if (ssl === false) return { ok: true, found: 'none (sslmode=disable)' }
  if (!ssl.rejectUnauthorized)
    return {
      ok: true,
      found: 'encrypted, but any certificate is accepted: another server can answer in the place of this one',
      advice:
        'Add sslrootcert, the file of the authority, and use sslmode=verify-full, which compares the host name too.',
    }
  return {
    ok: true,
    found: ssl.checkServerIdentity
      ? 'the authority of the certificate is checked'
      : 'authority and host name of the certificate are checked',
  }
}
