// Events that others are told about: a queue that is written with each event, their order, the endpoints, and the deliveries.
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class AddWebhooks1796130000000 implements MigrationInterface {
  name = 'AddWebhooks1796130000000'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table event_outbox (
        recorded_at timestamptz not null,
        event_id uuid not null,
        constraint event_outbox_pkey primary key (recorded_at, event_id)
      );
      create function queue_events() returns trigger language plpgsql as $$
      begin
        insert into event_outbox (recorded_at, event_id)
        select clock_timestamp(), id from added
        where kind like 'installation.%' or kind like 'approval-request.%'
          or kind in ('pages.changed', 'capabilities.added', 'secret.rotated', 'refresh-token.reused');
        return null;
      end $$;
      create trigger events_are_queued after insert on events
        referencing new table as added for each statement execute function queue_events();

      create table webhook_events (
        seq bigint generated always as identity constraint webhook_events_pkey primary key,
        id uuid not null constraint webhook_events_id_key unique,
        at timestamptz not null,
        type text not null,
        data jsonb not null,
        connection_id uuid,
        installation_id uuid,
        numbered_at timestamptz not null
      );
      create index webhook_events_by_connection on webhook_events (connection_id, seq);
      create index webhook_events_by_age on webhook_events (numbered_at);

      create table webhook_endpoints (
        id uuid constraint webhook_endpoints_pkey primary key,
        connection_id uuid constraint webhook_endpoints_connection_id_fkey references connections on delete cascade,
        url text not null,
        types text[] not null,
        created_at timestamptz not null,
        failing_since timestamptz,
        disabled_at timestamptz,
        disabled_because text constraint webhook_endpoints_disabled_because_check
          check (disabled_because in ('gone', 'failing', 'by-developer'))
      );
      create index webhook_endpoints_by_connection on webhook_endpoints (connection_id);

      create table webhook_secrets (
        id uuid constraint webhook_secrets_pkey primary key,
        endpoint_id uuid not null constraint webhook_secrets_endpoint_id_fkey references webhook_endpoints on delete cascade,
        sealed text not null,
        created_at timestamptz not null,
        expires_at timestamptz
      );
      create index webhook_secrets_by_endpoint on webhook_secrets (endpoint_id);

      create table webhook_deliveries (
        id uuid constraint webhook_deliveries_pkey primary key,
        endpoint_id uuid not null constraint webhook_deliveries_endpoint_id_fkey references webhook_endpoints on delete cascade,
        message_id uuid not null,
        seq bigint not null,
        type text not null,
        body text not null,
        order_key uuid,
        state text not null constraint webhook_deliveries_state_check check (state in ('waiting', 'delivered', 'failed')),
        attempts int not null default 0,
        next_at timestamptz not null,
        claimed_until timestamptz,
        status int,
        fault text,
        created_at timestamptz not null,
        done_at timestamptz
      );
      create index webhook_deliveries_waiting on webhook_deliveries (endpoint_id, seq) where state = 'waiting';
      create index webhook_deliveries_by_endpoint on webhook_deliveries (endpoint_id, created_at);
      create index webhook_deliveries_by_age on webhook_deliveries (created_at);
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table webhook_deliveries;
      drop table webhook_secrets;
      drop table webhook_endpoints;
      drop table webhook_events;
      drop trigger events_are_queued on events;
      drop function queue_events();
      drop table event_outbox;
    `)
  }
}
