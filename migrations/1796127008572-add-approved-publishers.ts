// Owners approve a whole publisher: every connection whose document is on this host, also those that are still to come.
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class AddApprovedPublishers1796127008572 implements MigrationInterface {
  name = 'AddApprovedPublishers1796127008572'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table approved_publishers (
        workspace_id uuid not null constraint approved_publishers_workspace_fkey references workspaces on delete cascade,
        host text not null,
        approved_by uuid,
        approved_at timestamptz not null,
        constraint approved_publishers_pkey primary key (workspace_id, host)
      );
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table approved_publishers;
    `)
  }
}
