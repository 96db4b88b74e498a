// The directory that the host product feeds: users, workspaces, members, and the page tree.
// `page_paths` holds the ids from the root to each page, so that "is this page below a granted one" is one
// comparison and "list what is reachable" walks btree ranges in tree order.
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class CreateDirectory1764000000001 implements MigrationInterface {
  name = 'CreateDirectory1764000000001'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create extension if not exists pg_trgm;
      create extension if not exists btree_gin;

      create table users (
        id uuid primary key,
        email text not null,
        name text not null,
        avatar_url text,
        password_hash text,
        disabled boolean not null default false,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now()
      );
      create unique index users_email_key on users (lower(email));

      create table workspaces (
        id uuid primary key,
        name text not null,
        icon text,
        plan text not null constraint workspaces_plan_known
          check (plan in ('free', 'plus', 'business', 'enterprise')),
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now()
      );

      create table members (
        workspace_id uuid not null constraint members_workspace_exists references workspaces on delete cascade,
        user_id uuid not null constraint members_user_exists references users on delete cascade,
        role text not null constraint members_role_known check (role in ('owner', 'member', 'guest')),
        created_at timestamptz not null default now(),
        primary key (workspace_id, user_id)
      );
      create index members_by_user on members (user_id);

      create table pages (
        workspace_id uuid not null,
        id uuid not null,
        parent_id uuid,
        -- Only a root refers to its workspace; pages below refer to their parent.
        root_in uuid generated always as (case when parent_id is null then workspace_id end) stored
          constraint pages_workspace_exists references workspaces on delete cascade,
        title text not null constraint pages_title_length check (char_length(title) <= 2000),
        -- The order of siblings: short enough for an index entry, and without regard to case.
        sort_title text not null generated always as (lower(left(title, 200))) stored,
        icon text,
        type text not null default 'page' constraint pages_type_known check (type in ('page', 'database')),
        private boolean not null default false,
        archived boolean not null default false,
        created_by uuid,
        last_edited_by uuid,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        primary key (workspace_id, id),
        -- The greatest UUID ends the range of the pages below another (see page_paths).
        constraint pages_id_not_greatest check (id <> 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
        constraint pages_not_own_parent check (parent_id <> id),
        constraint pages_private_only_at_root check (parent_id is null or not private),
        constraint pages_parent_in_same_workspace foreign key (workspace_id, parent_id)
          references pages (workspace_id, id) on delete cascade
      );
      create index pages_roots on pages (root_in) where root_in is not null;
      create index pages_children on pages (workspace_id, parent_id, sort_title, id);
      create index pages_title_words on pages using gin (workspace_id, title gin_trgm_ops);

      -- The users who may reach a private root page, and with it everything below.
      create table page_viewers (
        workspace_id uuid not null,
        page_id uuid not null,
        user_id uuid not null constraint page_viewers_user_exists references users on delete cascade,
        primary key (workspace_id, page_id, user_id),
        constraint page_viewers_page_exists foreign key (workspace_id, page_id)
          references pages (workspace_id, id) on delete cascade
      );
      create index page_viewers_by_user on page_viewers (workspace_id, user_id);

      -- "hidden" is true when the page or one above it is archived.
      create table page_paths (
        workspace_id uuid not null,
        page_id uuid not null,
        path uuid[] not null,
        hidden boolean not null default false,
        primary key (workspace_id, page_id),
        constraint page_paths_page_exists foreign key (workspace_id, page_id)
          references pages (workspace_id, id) on delete cascade,
        constraint page_paths_ends_at_page check (path[cardinality(path)] = page_id),
        constraint page_paths_depth check (cardinality(path) <= 100)
      );
      create index page_paths_in_tree_order on page_paths (workspace_id, path);
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table page_paths, page_viewers, pages, members, workspaces, users')
  }
}
