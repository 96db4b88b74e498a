// A published client whose document cannot be had refreshes on the last good one, for a day.
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class AddDocumentFailures1796131100000 implements MigrationInterface {
  name = 'AddDocumentFailures1796131100000'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table connections add column document_failed_at timestamptz;`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table connections drop column document_failed_at;`)
  }
}
