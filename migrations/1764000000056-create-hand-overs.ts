// Offers of a departed member's installation to another member, who accepts or declines.
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class CreateHandOvers1764000000056 implements MigrationInterface {
  name = 'CreateHandOvers1764000000056'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table hand_overs (
        workspace_id uuid not null,
        id uuid not null,
        installation_id uuid not null,
        from_user_id uuid not null, -- the departed member; after it was accepted, the installation is another's
        to_user_id uuid not null constraint hand_overs_receiver_exists references users on delete cascade,
        offered_by uuid,
        offered_at timestamptz not null,
        state text not null constraint hand_overs_state_known
          check (state in ('offered', 'accepted', 'declined', 'withdrawn')),
        decided_at timestamptz,
        primary key (workspace_id, id),
        constraint hand_overs_installation_exists foreign key (workspace_id, installation_id)
          references installations (workspace_id, id) on delete cascade
      );
      create unique index hand_overs_one_offered on hand_overs (workspace_id, installation_id) where state = 'offered';
      create index hand_overs_by_receiver on hand_overs (workspace_id, to_user_id) where state = 'offered';
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table hand_overs')
  }
}
