// A member allows access for a while: access_days as chosen, access_ends_at the moment. Both null: until it is disconnected.
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class AddAccessEnds1796115244643 implements MigrationInterface {
  name = 'AddAccessEnds1796115244643'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table consents add column access_days integer, add column access_ends_at timestamptz,
        add constraint consents_access_end_both check ((access_days is null) = (access_ends_at is null));
      alter table installations add column access_days integer, add column access_ends_at timestamptz,
        add constraint installations_access_end_both check ((access_days is null) = (access_ends_at is null));
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table installations drop column access_ends_at, drop column access_days;
      alter table consents drop column access_ends_at, drop column access_days;
    `)
  }
}
