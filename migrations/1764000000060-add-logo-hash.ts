// A logo's hash, so that browsers keep a picture until it changes; and the user who switched a connection off, because the developer
// may not undo it for the operator.
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class AddLogoHash1764000000060 implements MigrationInterface {
  name = 'AddLogoHash1764000000060'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table connections
        add column logo_hash text generated always as (left(encode(sha256(logo), 'hex'), 16)) stored,
        add column disabled_by uuid; -- the developer; null with disabled_at set: the operator
      create index connections_by_creator on connections (created_by) where deleted_at is null;
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop index connections_by_creator;
      alter table connections drop column logo_hash, drop column disabled_by;
    `)
  }
}
