// A member asks for an approval. The partner's own request is kept with it, so that it goes on where it stopped even after the
// flow's short-lived state is gone.
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class CreateApprovalRequests1764000000055 implements MigrationInterface {
  name = 'CreateApprovalRequests1764000000055'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table approval_requests (
        workspace_id uuid not null constraint approval_requests_workspace_exists
          references workspaces on delete cascade,
        id uuid not null,
        connection_id uuid not null constraint approval_requests_connection_exists
          references connections on delete cascade,
        user_id uuid not null constraint approval_requests_user_exists references users on delete cascade,
        capabilities text[] not null,
        reason text not null constraint approval_requests_reason_length
          check (char_length(reason) between 1 and 1000),
        -- The partner's authorization request; null once the partner got an answer.
        parameters jsonb,
        state text not null constraint approval_requests_state_known
          check (state in ('pending', 'approved', 'declined', 'withdrawn', 'taken-up')),
        asked_at timestamptz not null,
        -- Until when it waits for a decision, and after an approval, until when it can be taken up.
        expires_at timestamptz not null,
        decided_at timestamptz,
        decided_by uuid,
        -- Approved where only owners install: lets this one member in, until the approval is taken back.
        lets_in boolean not null default false,
        answer text constraint approval_requests_answer_length check (char_length(answer) <= 1000),
        primary key (workspace_id, id)
      );
      create unique index approval_requests_one_pending
        on approval_requests (workspace_id, connection_id, user_id) where state = 'pending';
      create index approval_requests_pending on approval_requests (workspace_id, asked_at, id) where state = 'pending';
      create index approval_requests_letting_in on approval_requests (workspace_id, connection_id, user_id) where lets_in;
      create index approval_requests_by_time on approval_requests (workspace_id, asked_at desc, id desc);
      create index approval_requests_by_member on approval_requests (workspace_id, user_id, asked_at desc, id desc);
      create index approval_requests_unanswered on approval_requests (user_id, connection_id)
        where parameters is not null;
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table approval_requests')
  }
}
