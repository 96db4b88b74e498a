// Access levels that a person may leave out at the consent. Of connections that are registered already, all are required.
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class AddOptionalCapabilities1764000000300 implements MigrationInterface {
  name = 'AddOptionalCapabilities1764000000300'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table connections add column optional_capabilities text[] not null default '{}';
      alter table flow_steps add column scope text; -- of a consent: the access levels that were allowed
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table flow_steps drop column scope;
      alter table connections drop column optional_capabilities;
    `)
  }
}
