// Which hosts serve at this moment, and which secret keys each has: a key is used to write only once every live host has it, so
// that hosts can be given a new key one by one, in any order. Keys are named by a fingerprint.
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class CreateLiveHosts1764000000140 implements MigrationInterface {
  name = 'CreateLiveHosts1764000000140'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table live_hosts (
        id uuid primary key, -- of one process
        name text not null, -- for people
        keys text[] not null, -- in the order of SECRET_KEYS
        writes_with text not null,
        wrote_with text, -- before it switched
        switched_at timestamptz not null,
        seen_at timestamptz not null
      )`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table live_hosts')
  }
}
