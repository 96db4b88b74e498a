// The host product feeds its directory over HTTP: how far it is, by its own numbers, and the answers to batches that it may repeat.
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class AddDirectoryFeed1796115920210 implements MigrationInterface {
  name = 'AddDirectoryFeed1796115920210'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table directory_cursor (
        singleton boolean default true constraint directory_cursor_pkey primary key
          constraint directory_cursor_is_one check (singleton),
        seq bigint not null,
        updated_at timestamptz not null
      );
      create table directory_batches (
        key_hash bytea constraint directory_batches_pkey primary key,
        body_hash bytea not null,
        answer jsonb not null,
        created_at timestamptz not null
      );
      create index directory_batches_by_age on directory_batches (created_at);
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table directory_batches;
      drop table directory_cursor;
    `)
  }
}
