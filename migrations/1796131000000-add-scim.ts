// SCIM 2.0: the bearers of workspaces, and the people and groups that each directory sent.
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class AddScim1796131000000 implements MigrationInterface {
  name = 'AddScim1796131000000'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table scim_tokens (
        id uuid constraint scim_tokens_pkey primary key,
        workspace_id uuid not null constraint scim_tokens_workspace_id_fkey references workspaces on delete cascade,
        token_hash bytea not null constraint scim_tokens_token_hash_key unique,
        hint text not null,
        created_at timestamptz not null,
        revoked_at timestamptz
      );
      create index scim_tokens_by_workspace on scim_tokens (workspace_id);

      create table scim_users (
        workspace_id uuid constraint scim_users_workspace_id_fkey references workspaces on delete cascade,
        user_id uuid constraint scim_users_user_id_fkey references users on delete cascade,
        user_name text not null,
        external_id text,
        display_name text,
        active boolean not null,
        owned boolean not null,
        resource jsonb not null,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        constraint scim_users_pkey primary key (workspace_id, user_id)
      );
      create unique index scim_users_user_name_key on scim_users
        (workspace_id, lower(normalize(user_name) collate "C"));
      create index scim_users_by_user on scim_users (user_id);
      create index scim_users_by_external_id on scim_users (workspace_id, external_id);

      create table scim_groups (
        workspace_id uuid constraint scim_groups_workspace_id_fkey references workspaces on delete cascade,
        id uuid,
        external_id text,
        display_name text not null,
        members uuid[] not null,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        constraint scim_groups_pkey primary key (workspace_id, id)
      );
      create unique index scim_groups_display_name_key on scim_groups
        (workspace_id, lower(normalize(display_name) collate "C"));
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table scim_groups;
      drop table scim_users;
      drop table scim_tokens;
    `)
  }
}
