import type { Pool } from 'pg'
import type { LogoReadings } from '../../../../web/developers/logo/readings.ts'

export const readLogo =
  (pool: Pool): LogoReadings['logo'] =>
  async (connectionId, userId, known) => {
    const { rows } = await pool.query<{ hash: string; png: Buffer | null }>({
      name: 'developers-logo',
      text: `select c.logo_hash as hash, case when c.logo_hash = $3 then null else c.logo end as png
        from connections c
        where c.id = $1 and c.deleted_at is null and c.logo is not null and c.logo_type = 'image/png'
          and (c.kind = 'public' or exists (
            select from members m where m.workspace_id = c.workspace_id and m.user_id = $2))`,
      values: [connectionId, userId, known],
    })
    return rows[0] ?? null
  }
