import type { DataSource } from 'typeorm'
import { emailKey } from '../email-key.ts'

export type SharedAddress = { email: string; userIds: string[] }

/**
 * E-mail addresses of more than one enabled user, ten at most. An up-to-date schema prevents them; a database with collation
 * rules of its own may have let some in before. Answers on any schema, and without one.
 */
export async function findSharedAddresses(source: DataSource): Promise<SharedAddress[]> {
  const [table] = await source.query(`select to_regclass('users') is not null as is_there`)
  if (!table.is_there) return []
  return source.query(
    `select min(email) as email, array_agg(id::text order by id) as "userIds" from users
     where not disabled group by ${emailKey('email')} having count(*) > 1 order by 1 limit 10`,
  )
}
