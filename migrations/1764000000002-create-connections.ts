// Registered connections, with their secrets as hashes, and each workspace's rules about installing them.
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class CreateConnections1764000000002 implements MigrationInterface {
  name = 'CreateConnections1764000000002'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table connections (
        id uuid primary key, -- the OAuth client_id is this id as text
        kind text not null constraint connections_kind_known check (kind in ('public', 'internal')),
        workspace_id uuid constraint connections_workspace_exists references workspaces on delete cascade,
        created_by uuid constraint connections_creator_exists references users on delete set null,
        name text not null constraint connections_name_length check (char_length(name) between 1 and 200),
        description text,
        developer_name text,
        website text,
        install_url text, -- where the partner's own "connect" begins
        support_email text,
        support_url text,
        privacy_url text,
        terms_url text,
        logo_type text,
        logo bytea,
        client_type text not null default 'confidential'
          constraint connections_client_type_known check (client_type in ('public', 'confidential')),
        redirect_uris text[] not null default '{}',
        capabilities text[] not null default '{}',
        require_pkce boolean not null default false,
        long_lived_tokens boolean not null default false,
        leave_out_iss boolean not null default false,
        resource_server boolean not null default false, -- may introspect any token
        first_party boolean not null default false,
        verified boolean not null default false,
        disabled_at timestamptz,
        deleted_at timestamptz,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        constraint connections_internal_has_workspace check (kind = 'public' or workspace_id is not null)
      );
      create index connections_by_workspace on connections (workspace_id);

      create table connection_secrets (
        id uuid primary key,
        connection_id uuid not null constraint connection_secrets_connection_exists
          references connections on delete cascade,
        secret_hash bytea not null, -- SHA-256
        hint text not null,         -- the last four characters, to tell two secrets apart
        created_by uuid,
        created_at timestamptz not null default now(),
        last_used_at timestamptz,
        revoked_at timestamptz
      );
      create index connection_secrets_live on connection_secrets (connection_id) where revoked_at is null;

      -- A workspace without a row has no restrictions. Takes effect on the Enterprise plan only.
      create table workspace_policies (
        workspace_id uuid primary key constraint workspace_policies_workspace_exists
          references workspaces on delete cascade,
        restrict_installs text not null default 'none' constraint workspace_policies_restriction_known
          check (restrict_installs in ('none', 'approved-list', 'owners-only')),
        auto_approve_first_party boolean not null default false,
        connection_creation text not null default 'everyone' constraint workspace_policies_creation_known
          check (connection_creation in ('everyone', 'owners-only')),
        updated_by uuid,
        updated_at timestamptz not null default now()
      );

      create table approvals (
        workspace_id uuid not null constraint approvals_workspace_exists references workspaces on delete cascade,
        connection_id uuid not null constraint approvals_connection_exists references connections on delete cascade,
        approved_by uuid,
        approved_at timestamptz not null default now(),
        primary key (workspace_id, connection_id)
      );
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table approvals, workspace_policies, connection_secrets, connections')
  }
}
