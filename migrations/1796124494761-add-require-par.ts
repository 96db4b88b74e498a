// Connections whose flows must begin with a pushed authorization request (RFC 9126).
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class AddRequirePar1796124494761 implements MigrationInterface {
  name = 'AddRequirePar1796124494761'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table connections add column require_par boolean not null default false;
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table connections drop column require_par;
    `)
  }
}
