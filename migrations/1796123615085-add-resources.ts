// The APIs of others for which tokens are issued (RFC 8707), each of one resource server.
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class AddResources1796123615085 implements MigrationInterface {
  name = 'AddResources1796123615085'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table resources (
        url text constraint resources_pkey primary key,
        connection_id uuid not null constraint resources_connection_fkey references connections on delete cascade,
        created_at timestamptz not null
      );
      create index resources_by_connection on resources (connection_id);
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table resources;
    `)
  }
}
