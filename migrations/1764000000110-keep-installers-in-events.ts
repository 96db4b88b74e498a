// An installation can be handed over, so each event keeps its installer of that time. Earlier events get it from their own data, or
// from the hand-overs since.
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class KeepInstallersInEvents1764000000110 implements MigrationInterface {
  name = 'KeepInstallersInEvents1764000000110'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table events add column installer_id uuid; -- the installer of that time; null without an installation, or for an internal one
      update events e
      set installer_id = coalesce(
        case when e.kind in ('installation.activated', 'installation.reinstalled') then e.actor_id end,
        (e.data->>'installer_id')::uuid,
        case when e.kind like 'hand-over.%' then (e.data->>'from_id')::uuid end,
        (select h.from_user_id from hand_overs h
          where h.workspace_id = i.workspace_id and h.installation_id = i.id and h.state = 'accepted' and h.decided_at > e.at
          order by h.decided_at limit 1),
        i.user_id)
      from installations i
      where i.id = e.installation_id;
      drop index events_by_installation;
      create index events_by_installer on events (workspace_id, installer_id, at desc, id desc)
        where installer_id is not null;
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop index events_by_installer;
      alter table events drop column installer_id;
      create index events_by_installation on events (workspace_id, installation_id, at desc, id desc);
    `)
  }
}
