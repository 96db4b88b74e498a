// Connections whose tools have no browser, and show a code instead (RFC 8628).
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class AddDeviceFlow1796125387599 implements MigrationInterface {
  name = 'AddDeviceFlow1796125387599'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table connections add column device_flow boolean not null default false;
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table connections drop column device_flow;
    `)
  }
}
