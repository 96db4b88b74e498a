// Owners limit for how long members of their workspace allow access.
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class AddLongestAccess1796116488927 implements MigrationInterface {
  name = 'AddLongestAccess1796116488927'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table workspace_policies add column longest_access text not null default 'no-limit'
        constraint workspace_policies_longest_access_known
          check (longest_access in ('no-limit', '7-days', '30-days', '90-days', '1-year'));
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table workspace_policies drop column longest_access;
    `)
  }
}
