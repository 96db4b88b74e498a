// The public keys of clients that authenticate with a signed assertion (private_key_jwt).
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class AddClientKeys1796124816844 implements MigrationInterface {
  name = 'AddClientKeys1796124816844'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table connections add column jwks jsonb, add column jwks_uri text;
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table connections drop column jwks, drop column jwks_uri;
    `)
  }
}
