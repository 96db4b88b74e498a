import type { Pool } from 'pg'
import type { FindAdmin } from '../../../api/ports.ts'
import { type AdminCredential, maxLiveCredentials } from '../../../installs/admin-credential.ts'
import { transact } from '../transaction.ts'

const columns = `id, name, scopes, hint, created_at as "createdAt", revoked_at as "revokedAt"`

export function adminCredentialStore(pool: Pool) {
  return {
    /** @returns false when two of this name are live already; then nothing is kept. */
    async create(credential: AdminCredential, secretHash: Buffer): Promise<boolean> {
      return transact(pool, async client => {
        await client.query(`select pg_advisory_xact_lock(hashtextextended('latchkey admin credentials', 0))`)
        const { rowCount } = await client.query(
          `insert into admin_credentials (id, name, scopes, secret_hash, hint, created_at)
           select $1, $2, $3, $4, $5, $6
           where (select count(*) from admin_credentials where name = $2 and revoked_at is null) < $7`,
          [
            credential.id,
            credential.name,
            credential.scopes,
            secretHash,
            credential.hint,
            credential.createdAt,
            maxLiveCredentials,
          ],
        )
        return rowCount === 1
      })
    },

    /** The live ones, by name; the oldest first. */
    async live(): Promise<AdminCredential[]> {
      const { rows } = await pool.query<AdminCredential>(
        `select ${columns} from admin_credentials where revoked_at is null order by name, created_at, id`,
      )
      return rows
    },

    /** @returns null when there is no live one of this id. */
    async revoke(id: string, now: Date): Promise<AdminCredential | null> {
      const { rows } = await pool.query<AdminCredential>(
        `update admin_credentials set revoked_at = $2 where id = $1 and revoked_at is null returning ${columns}`,
        [id, now],
      )
      return rows[0] ?? null
    },
  }
}

export function findAdmin(pool: Pool): FindAdmin {
  return async secretHash => {
    const { rows } = await pool.query({
      name: 'admin-credential',
      text: 'select id, name, scopes from admin_credentials where secret_hash = $1 and revoked_at is null',
      values: [secretHash],
    })
    return rows[0] ?? null
  }
}
