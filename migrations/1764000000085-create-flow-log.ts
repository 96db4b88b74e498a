// The developer's log: each attempt of a flow, and its steps. Apart from `events`, which is written with the change that it
// tells of and kept for good: this is written beside the requests, may lose an entry under pressure, and goes after 30 days.
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class CreateFlowLog1764000000085 implements MigrationInterface {
  name = 'CreateFlowLog1764000000085'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table flow_attempts (
        id uuid primary key,
        connection_id uuid not null constraint flow_attempts_connection_exists
          references connections on delete cascade,
        uid text constraint flow_attempts_uid_key unique,
        grant_id text constraint flow_attempts_grant_key unique,
        workspace_id uuid,
        outcome text not null,
        failure_code text,
        started_at timestamptz not null,
        last_at timestamptz not null
      );
      create index flow_attempts_by_connection on flow_attempts (connection_id, started_at desc, id desc);
      create index flow_attempts_by_age on flow_attempts (last_at);

      create table flow_steps (
        id uuid primary key,
        attempt_id uuid not null constraint flow_steps_attempt_exists references flow_attempts on delete cascade,
        at timestamptz not null,
        kind text not null,
        request_id text,
        failure jsonb
      );
      create index flow_steps_by_attempt on flow_steps (attempt_id, at, id);
      create index flow_steps_by_request on flow_steps (request_id);
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table flow_steps, flow_attempts')
  }
}
