// The history of a workspace is read newest first, also for one person, one connection or one kind among a million events:
// each of these walks an index of its own and stops after one screen.
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class IndexHistory1764000000070 implements MigrationInterface {
  name = 'IndexHistory1764000000070'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create index events_by_actor on events (workspace_id, actor_id, at desc, id desc);
      create index events_by_installation on events (workspace_id, installation_id, at desc, id desc);
      create index events_by_workspace_connection on events (workspace_id, connection_id, at desc, id desc);
      create index events_by_kind on events (workspace_id, kind, at desc, id desc);
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop index events_by_actor, events_by_installation, events_by_workspace_connection, events_by_kind`)
  }
}
