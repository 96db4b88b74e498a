// Consents, installations, the pages granted to each, internal tokens, and the append-only events.
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class CreateInstallations1764000000003 implements MigrationInterface {
  name = 'CreateInstallations1764000000003'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- The access that one user allowed in one run of the flow. Not in force until its authorization is redeemed.
      create table consents (
        id uuid primary key,
        workspace_id uuid not null constraint consents_workspace_exists references workspaces on delete cascade,
        connection_id uuid not null constraint consents_connection_exists references connections on delete cascade,
        user_id uuid not null constraint consents_user_exists references users on delete cascade,
        capabilities text[] not null,
        page_ids uuid[] not null,
        address text,
        created_at timestamptz not null,
        expires_at timestamptz not null
      );
      create index consents_by_expiry on consents (expires_at);

      -- user_id is the member who installed it; null for an internal connection, which belongs to the workspace.
      -- The id is the bot_id that partners store. Installing again keeps the row.
      create table installations (
        workspace_id uuid not null constraint installations_workspace_exists references workspaces on delete cascade,
        id uuid not null,
        connection_id uuid not null constraint installations_connection_exists
          references connections on delete cascade,
        user_id uuid constraint installations_user_exists references users on delete cascade,
        state text not null constraint installations_state_known
          check (state in ('pending', 'active', 'suspended', 'revoked')),
        state_reason text, -- why suspended or revoked: 'by-owner', 'by-member', 'installer-left', 'handed-over', …
        capabilities text[] not null,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        last_used_at timestamptz,
        primary key (workspace_id, id),
        constraint installations_id_key unique (id),
        constraint installations_one_per_member unique (workspace_id, connection_id, user_id)
      );
      create unique index installations_one_internal on installations (workspace_id, connection_id) where user_id is null;
      create index installations_by_connection on installations (connection_id);
      create index installations_by_user on installations (user_id);

      create table page_grants (
        workspace_id uuid not null,
        installation_id uuid not null,
        page_id uuid not null,
        granted_by uuid not null constraint page_grants_member_exists references users on delete cascade,
        granted_at timestamptz not null,
        primary key (workspace_id, installation_id, page_id),
        constraint page_grants_installation_exists foreign key (workspace_id, installation_id)
          references installations (workspace_id, id) on delete cascade,
        constraint page_grants_page_exists foreign key (workspace_id, page_id)
          references pages (workspace_id, id) on delete cascade
      );
      create index page_grants_by_page on page_grants (workspace_id, page_id);

      create table internal_tokens (
        id uuid primary key,
        workspace_id uuid not null,
        installation_id uuid not null,
        token_hash bytea not null constraint internal_tokens_hash_key unique, -- SHA-256
        token_sealed text not null, -- under SECRET_KEYS: it may be copied again
        created_by uuid,
        created_at timestamptz not null,
        expires_at timestamptz, -- set when renewed with an overlap
        revoked_at timestamptz,
        last_used_at timestamptz,
        constraint internal_tokens_installation_exists foreign key (workspace_id, installation_id)
          references installations (workspace_id, id) on delete cascade
      );
      create index internal_tokens_by_installation on internal_tokens (installation_id);

      create table events (
        id uuid primary key, -- time-ordered (UUIDv7)
        at timestamptz not null,
        kind text not null,  -- 'installation.activated', 'installation.revoked', 'pages.changed', …
        workspace_id uuid,
        connection_id uuid,
        installation_id uuid,
        actor_id uuid,       -- the user who did it; null: the system, or the partner
        address text,
        request_id text,
        data jsonb not null default '{}'
      );
      create index events_by_workspace on events (workspace_id, at desc, id desc);
      create index events_by_connection on events (connection_id, at desc, id desc);
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table events, internal_tokens, page_grants, installations, consents')
  }
}
