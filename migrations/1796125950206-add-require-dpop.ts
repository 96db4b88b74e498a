// Connections whose tokens are all bound to a key of their holder (DPoP, RFC 9449).
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class AddRequireDpop1796125950206 implements MigrationInterface {
  name = 'AddRequireDpop1796125950206'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table connections add column require_dpop boolean not null default false;
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table connections drop column require_dpop;
    `)
  }
}
