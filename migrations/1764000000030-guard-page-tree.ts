// What must never be in the page tree, held by the database whoever writes: a cycle, two roots in one chain, a page
// without a path. Each path must be its parent's path and the page itself. Where that holds for every page, the length of
// the path grows by one with each step down, so that no chain can come back to where it began.
// The checks are made per statement over all rows of it, so that an import pays little for them; only a change of parent
// is looked at row by row, at the end of its transaction.
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class GuardPageTree1764000000030 implements MigrationInterface {
  name = 'GuardPageTree1764000000030'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Whoever changes the shape of a tree holds its lock until the end of the transaction. Workspaces share 1,024 locks,
      -- taken in one order, so that an import over many workspaces neither deadlocks nor fills the lock table.
      create function lock_trees(workspaces uuid[]) returns void language sql as $$
        select pg_advisory_xact_lock(5281, bucket)
        from (select distinct hashtext(w::text) & 1023 as bucket from unnest(workspaces) w order by 1) buckets
      $$;

      -- Always by index: a plan made for one row serves ten thousand, and the other way round it would read every page.
      create function check_page_paths() returns trigger language plpgsql
        set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off as $$
      declare wrong uuid;
      begin
        perform lock_trees(array(select distinct workspace_id from written));
        select w.page_id into wrong
        from written w
        join pages p on p.workspace_id = w.workspace_id and p.id = w.page_id
        left join page_paths above on above.workspace_id = p.workspace_id and above.page_id = p.parent_id
        where (p.parent_id is not null and above.page_id is null)
           or w.path <> coalesce(above.path, '{}') || w.page_id
        limit 1;
        if wrong is null and tg_op = 'UPDATE' then
          select c.id into wrong
          from written w
          join pages c on c.workspace_id = w.workspace_id and c.parent_id = w.page_id
          join page_paths below on below.workspace_id = c.workspace_id and below.page_id = c.id
          where below.path <> w.path || c.id
          limit 1;
        end if;
        if wrong is not null then
          raise exception 'the path of page % is not the path of its parent and itself', wrong
            using errcode = 'check_violation', constraint = 'page_paths_stand_right', table = 'page_paths';
        end if;
        return null;
      end $$;

      create trigger page_paths_written after insert on page_paths
        referencing new table as written for each statement execute function check_page_paths();
      create trigger page_paths_rewritten after update on page_paths
        referencing new table as written for each statement execute function check_page_paths();

      create function check_moved_page() returns trigger language plpgsql as $$
      begin
        perform lock_trees(array[new.workspace_id]);
        if not exists (
          select from pages p
          join page_paths own on own.workspace_id = p.workspace_id and own.page_id = p.id
          left join page_paths above on above.workspace_id = p.workspace_id and above.page_id = p.parent_id
          where p.workspace_id = new.workspace_id and p.id = new.id
            and (p.parent_id is null or above.page_id is not null)
            and own.path = coalesce(above.path, '{}') || p.id
        ) then
          raise exception 'page % was moved and its path was not', new.id
            using errcode = 'check_violation', constraint = 'page_paths_stand_right', table = 'page_paths';
        end if;
        return null;
      end $$;

      create constraint trigger pages_moved after update of parent_id on pages
        deferrable initially deferred for each row
        when (old.parent_id is distinct from new.parent_id) execute function check_moved_page();

      alter table pages add constraint pages_have_a_path foreign key (workspace_id, id)
        references page_paths (workspace_id, page_id) deferrable initially deferred;
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table pages drop constraint pages_have_a_path;
      drop trigger pages_moved on pages;
      drop trigger page_paths_written on page_paths;
      drop trigger page_paths_rewritten on page_paths;
      drop function check_moved_page, check_page_paths, lock_trees;
    `)
  }
}
