import type { Pool } from 'pg'
import type { MailKind } from '../../../installs/mail.ts'

/** Which kinds of mail a person switched off. */
export function mailSwitches(pool: Pool) {
  return {
    async isOff(userId: string, kind: MailKind): Promise<boolean> {
      const { rowCount } = await pool.query(
        'select from switched_off_mails where user_id = $1 and kind = $2',
        [userId, kind],
      )
      return rowCount === 1
    },

    async turn(userId: string, kind: MailKind, to: 'on' | 'off', now: Date): Promise<void> {
      if (to === 'on')
        await pool.query('delete from switched_off_mails where user_id = $1 and kind = $2', [userId, kind])
      else
        await pool.query(
          `insert into switched_off_mails (user_id, kind, switched_at)
           select id, $2, $3 from users where id = $1 on conflict do nothing`,
          [userId, kind, now],
        )
    },
  }
}
