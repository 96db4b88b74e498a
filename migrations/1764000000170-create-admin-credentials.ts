// The host product's own credentials: for the directory and the logins, not for pages. Each belongs to a name, so that two of one
// name can be live while a host changes from one to the next.
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class CreateAdminCredentials1764000000170 implements MigrationInterface {
  name = 'CreateAdminCredentials1764000000170'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table admin_credentials (
        id uuid primary key,
        name text not null,
        scopes text[] not null,
        secret_hash bytea not null,
        hint text not null, -- the last four characters
        created_at timestamptz not null,
        revoked_at timestamptz
      );
      create unique index admin_credentials_by_secret on admin_credentials (secret_hash);
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table admin_credentials')
  }
}
