// The developer's log is filtered by outcome: among a hundred thousand attempts that went well, the few that failed are found
// at once.
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class IndexOutcomes1764000000092 implements MigrationInterface {
  name = 'IndexOutcomes1764000000092'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `create index flow_attempts_by_outcome on flow_attempts (connection_id, outcome, started_at desc, id desc)`,
    )
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index flow_attempts_by_outcome')
  }
}
