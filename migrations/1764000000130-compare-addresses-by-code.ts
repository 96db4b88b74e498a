// Under a database's own language rules "INFO@acme.test" and "info@acme.test" may be two addresses, as in Turkish: addresses are
// compared by code, in the composed Unicode form, and in ASCII without regard to case (see email-key.ts). An address is that of
// one enabled user: a disabled user keeps theirs on record, and may have a successor with the same one.
import type { MigrationInterface, QueryRunner } from 'typeorm'

const key = `(lower(normalize(email) collate "C"))`

export class CompareAddressesByCode1764000000130 implements MigrationInterface {
  name = 'CompareAddressesByCode1764000000130'

  async up(runner: QueryRunner): Promise<void> {
    const [twice] = (await runner.query(
      `select min(email) as email, array_agg(id::text) as ids from users where not disabled
       group by ${key} having count(*) > 1 order by 1 limit 1`,
    )) as { email: string; ids: string[] }[]
    if (twice)
      throw new Error(
        `The e-mail address ${twice.email} is that of ${twice.ids.length} users (${twice.ids.join(', ')}). Import all but ` +
          'one of them with another address, or disabled, and migrate again; "latchkey doctor" lists all such addresses.',
      )
    await runner.query(`
      drop index users_email_key;
      create unique index users_email_key on users ${key} where not disabled;
      create index users_by_email on users ${key};
    `)
  }

  /** Replaces the addresses of disabled users with a successor, since an address must be unique again. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop index users_by_email, users_email_key;
      update users u set email = u.id || '@former.invalid'
      where disabled and exists (select from users o where o.id <> u.id and lower(o.email) = lower(u.email)
        and (not o.disabled or o.id > u.id));
      create unique index users_email_key on users (lower(email));
    `)
  }
}
