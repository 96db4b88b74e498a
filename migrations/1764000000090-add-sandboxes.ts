// A developer's sandbox: a workspace of their own with made-up people (personas) in it, who exist nowhere else.
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class AddSandboxes1764000000090 implements MigrationInterface {
  name = 'AddSandboxes1764000000090'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table workspaces add column sandbox_owner uuid -- the developer whose sandbox it is; null: a real one
        constraint workspaces_sandbox_owner_exists references users on delete cascade;
      create unique index workspaces_one_sandbox on workspaces (sandbox_owner) where sandbox_owner is not null;

      alter table users add column sandbox_id uuid -- the sandbox that this persona lives in; null: a real person
        constraint users_sandbox_exists references workspaces on delete cascade,
        add constraint users_persona_without_password check (sandbox_id is null or password_hash is null);
      create index users_by_sandbox on users (sandbox_id) where sandbox_id is not null;

      -- A persona is a member of its sandbox alone, and a sandbox has no other members. Checked once per statement: an import
      -- adds a hundred thousand members at once.
      create function guard_sandbox_members() returns trigger language plpgsql as $$
      begin
        if exists (
          select from written m join users u on u.id = m.user_id join workspaces w on w.id = m.workspace_id
          where (u.sandbox_id is not null or w.sandbox_owner is not null)
            and (w.sandbox_owner is null or u.sandbox_id is distinct from w.id))
        then
          raise exception 'personas are members of their own sandbox, and sandboxes have no other members'
            using errcode = 'check_violation', constraint = 'members_of_sandboxes';
        end if;
        return null;
      end $$;
      create trigger members_added_to_sandboxes after insert on members
        referencing new table as written for each statement execute function guard_sandbox_members();
      create trigger members_moved_to_sandboxes after update on members
        referencing new table as written for each statement execute function guard_sandbox_members();
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      delete from workspaces where sandbox_owner is not null;
      drop trigger members_added_to_sandboxes on members;
      drop trigger members_moved_to_sandboxes on members;
      drop function guard_sandbox_members();
      alter table users drop column sandbox_id;
      alter table workspaces drop column sandbox_owner;
    `)
  }
}
