import type { Pool } from 'pg'
import type { Membership, User } from '../../../installs/workspace.ts'
import { emailKey } from '../email-key.ts'
import { readPersonaOf } from './sandboxes.ts'

type UserRow = User & { passwordHash: string | null }

const columns = 'id, email, name, avatar_url as "avatarUrl", disabled, password_hash as "passwordHash"'

/** People who sign in. Many screens begin with one of the look-ups, so they are named prepared statements. */
export function userStore(pool: Pool) {
  async function one(name: string, text: string, value: string): Promise<UserRow | null> {
    const { rows } = await pool.query<UserRow>({ name, text, values: [value] })
    return rows[0] ?? null
  }

  return {
    byId: (id: string): Promise<UserRow | null> =>
      one('user by id', `select ${columns} from users where id = $1`, id),

    /** See emailKey. A disabled user only where no enabled one has the address. The hash is null for those who sign in elsewhere. */
    async byEmail(email: string): Promise<{ user: User; passwordHash: string | null } | null> {
      const row = await one(
        'user by e-mail',
        `select ${columns} from users where ${emailKey('email')} = ${emailKey('$1')} order by disabled, id limit 1`,
        email,
      )
      if (!row) return null
      const { passwordHash, ...user } = row
      return { user, passwordHash }
    },

    personaOf: (personaId: string, developerId: string): Promise<User | null> =>
      readPersonaOf(pool, personaId, developerId),

    /** Their workspaces, by name. */
    async workspacesOf(userId: string): Promise<Membership[]> {
      const { rows } = await pool.query<Membership>({
        name: 'workspaces of user',
        text: `select w.id, w.name, w.icon, w.plan, m.role
          from members m join workspaces w on w.id = m.workspace_id
          where m.user_id = $1 order by lower(w.name), w.id`,
        values: [userId],
      })
      return rows
    },
  }
}
