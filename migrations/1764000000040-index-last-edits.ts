// Search in order of the last edit, for bearers that reach more pages than are sorted at once.
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class IndexLastEdits1764000000040 implements MigrationInterface {
  name = 'IndexLastEdits1764000000040'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create index pages_by_last_edit on pages (workspace_id, updated_at, id)')
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index pages_by_last_edit')
  }
}
