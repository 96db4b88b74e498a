// E-mail about what happened: a queue that is written with each event, the mails of each person, and what they switched off.
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class AddMail1796140000000 implements MigrationInterface {
  name = 'AddMail1796140000000'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table mail_outbox (
        recorded_at timestamptz not null,
        kind text not null,
        subject_id uuid not null,
        constraint mail_outbox_pkey primary key (recorded_at, kind, subject_id)
      );
      create function queue_mail() returns trigger language plpgsql as $$
      begin
        insert into mail_outbox (recorded_at, kind, subject_id)
        select clock_timestamp(), case kind
            when 'approval-request.made' then 'approval-requested'
            when 'hand-over.offered' then 'hand-over-offered'
            when 'refresh-token.reused' then 'refresh-token-reused'
            when 'installation.suspended' then 'installation-ended'
            when 'installation.disconnected' then 'installation-ended'
            else 'approval-decided' end, id
        from added
        where kind in ('approval-request.made', 'approval-request.approved', 'approval-request.declined',
          'hand-over.offered', 'refresh-token.reused', 'installation.suspended', 'installation.disconnected');
        return null;
      end $$;
      create trigger mail_is_queued after insert on events
        referencing new table as added for each statement execute function queue_mail();
      create function queue_endpoint_mail() returns trigger language plpgsql as $$
      begin
        insert into mail_outbox (recorded_at, kind, subject_id) values (clock_timestamp(), 'endpoint-switched-off', new.id);
        return null;
      end $$;
      create trigger endpoint_mail_is_queued after update of disabled_at on webhook_endpoints for each row
        when (old.disabled_at is null and new.disabled_at is not null and new.connection_id is not null)
        execute function queue_endpoint_mail();

      create table mails (
        id uuid constraint mails_pkey primary key,
        user_id uuid not null constraint mails_user_exists references users on delete cascade,
        kind text not null,
        group_id uuid not null,
        subject_id uuid not null,
        created_at timestamptz not null,
        due_at timestamptz not null,
        claimed_until timestamptz,
        attempts int not null default 0,
        sent_at timestamptz
      );
      create index mails_due on mails (due_at) where sent_at is null;
      create index mails_by_group on mails (user_id, kind, group_id, due_at);
      create index mails_by_age on mails (created_at);

      create table switched_off_mails (
        user_id uuid not null constraint switched_off_mails_user_exists references users on delete cascade,
        kind text not null,
        switched_at timestamptz not null,
        constraint switched_off_mails_pkey primary key (user_id, kind)
      );
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table switched_off_mails;
      drop table mails;
      drop trigger endpoint_mail_is_queued on webhook_endpoints;
      drop function queue_endpoint_mail();
      drop trigger mail_is_queued on events;
      drop function queue_mail();
      drop table mail_outbox;
    `)
  }
}
