// Access levels that a member added after the consent. They count for the tokens that exist already, whatever scope these were
// issued with, since many clients refresh after a refusal and never ask for more.
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class AddAddedCapabilities1796123998263 implements MigrationInterface {
  name = 'AddAddedCapabilities1796123998263'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table installations add column added_capabilities text[] not null default '{}';
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table installations drop column added_capabilities;
    `)
  }
}
