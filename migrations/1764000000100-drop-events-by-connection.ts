// A connection's events are only read within a workspace, for which there is an index: this one slowed every write and had
// no use.
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class DropEventsByConnection1764000000100 implements MigrationInterface {
  name = 'DropEventsByConnection1764000000100'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('drop index events_by_connection')
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('create index events_by_connection on events (connection_id, at desc, id desc)')
  }
}
