import type { ClientBase, Pool } from 'pg'
import type { Connection } from '../../../installs/connection.ts'
import { connections, selectList } from '../tables.ts'

/** A Connection, member for member. */
export const connectionColumns = `
  ${selectList(connections, 'documentUrl', 'documentFailedAt', 'registrationTokenHash', 'logo', 'logoType', 'logoHash', 'disabledAt', 'disabledBy', 'deletedAt', 'createdAt', 'updatedAt')},
  logo is not null as "hasLogo", disabled_at is not null as disabled`

/** Connections that were not deleted. */
export function connectionStore(pool: Pool | ClientBase) {
  return {
    async byId(id: string): Promise<Connection | null> {
      const { rows } = await pool.query<Connection>({
        name: 'connection by id',
        text: `select ${connectionColumns} from connections where id = $1 and deleted_at is null`,
        values: [id],
      })
      return rows[0] ?? null
    },

    /** Oldest first. */
    async all(): Promise<Connection[]> {
      const { rows } = await pool.query<Connection>(
        `select ${connectionColumns} from connections where deleted_at is null order by created_at, id`,
      )
      return rows
    },

    /** `by` null: the operator. @returns whether it was enabled until now. */
    async disable(id: string, by: string | null, now: Date): Promise<boolean> {
      const { rowCount } = await pool.query(
        `update connections set disabled_at = $2, disabled_by = $3, updated_at = $2
         where id = $1 and disabled_at is null and deleted_at is null`,
        [id, now, by],
      )
      return rowCount === 1
    },

    /** @returns whether it was disabled until now. */
    async enable(id: string, now: Date): Promise<boolean> {
      const { rowCount } = await pool.query(
        `update connections set disabled_at = null, disabled_by = null, updated_at = $2
         where id = $1 and disabled_at is not null and deleted_at is null`,
        [id, now],
      )
      return rowCount === 1
    },
  }
}
