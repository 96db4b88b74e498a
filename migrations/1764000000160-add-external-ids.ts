// A host product imports its directory under its own ids. The id of a row is then derived from the external one, so that lines
// refer to each other without a look-up. A user may also have an id of ours and an external one: external_key is the UUID under
// which lines refer to them, and the partial index holds only those for whom it is another than the id.
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class AddExternalIds1764000000160 implements MigrationInterface {
  name = 'AddExternalIds1764000000160'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table users add column external_id text, add column external_key uuid,
        add constraint users_external_both check ((external_id is null) = (external_key is null));
      alter table workspaces add column external_id text;
      alter table pages add column external_id text;
      create unique index users_by_external_id on users (external_id) where external_id is not null;
      create unique index users_by_other_key on users (external_key) where external_key <> id;
      create unique index workspaces_by_external_id on workspaces (external_id) where external_id is not null;
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table pages drop column external_id;
      alter table workspaces drop column external_id;
      alter table users drop column external_key, drop column external_id;
    `)
  }
}
