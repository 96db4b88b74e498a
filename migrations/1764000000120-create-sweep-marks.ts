// The sweeper deletes most rows that it reads, and must keep some, such as redeemed consents: a mark records up to which expiry they
// were read, so that no pass begins with them again. Tables that lose as many rows as they gain are
// vacuumed while little of them is dead; by default that would be a fifth.
import type { MigrationInterface, QueryRunner } from 'typeorm'

const tables = ['access_tokens', 'refresh_tokens', 'flow_attempts', 'flow_steps']

export class CreateSweepMarks1764000000120 implements MigrationInterface {
  name = 'CreateSweepMarks1764000000120'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table sweep_marks (name text primary key, reached timestamptz not null);
      insert into sweep_marks values ('used refresh tokens', '-infinity'), ('unredeemed consents', '-infinity');
    `)
    for (const table of tables)
      await runner.query(`alter table ${table} set (autovacuum_vacuum_scale_factor = 0.05)`)
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of tables)
      await runner.query(`alter table ${table} reset (autovacuum_vacuum_scale_factor)`)
    await runner.query('drop table sweep_marks')
  }
}
