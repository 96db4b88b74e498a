// Triggers that keep the page tree sound under every writer: no cycle, no two roots in one chain, no page without a path. Each path
// must be its parent's path and the page itself. If that is true for every page, the path grows by one with each step down, so
// that no chain can return to its beginning.
// The checks run once per statement, over all of its rows: for an import they cost a twentieth of foreign keys and row triggers.
// Only a change of parent is checked row by row, at the end of its transaction.
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class GuardPageTree1764000000030 implements MigrationInterface {
  name = 'GuardPageTree1764000000030'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Adding pages to a tree takes its lock shared, moving pages takes it exclusively, until the end of the transaction.
      -- Workspaces share 1,024 locks, taken in one order, so that an import over many workspaces neither
      -- deadlocks nor fills the lock table.
      create function lock_trees(workspaces uuid[], alone boolean) returns void language sql as $$
        select case when alone then pg_advisory_xact_lock(5281, bucket) else pg_advisory_xact_lock_shared(5281, bucket) end
        from (select distinct hashtext(w::text) & 1023 as bucket from unnest(workspaces) w order by 1) buckets
      $$;

      -- A page and its path are born in one statement. Always by index: a plan made for one row serves ten thousand, and the
      -- other way round it would read every page.
      create function check_new_pages() returns trigger language plpgsql
        set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off as $$
      declare wrong uuid;
      begin
        perform lock_trees(array(select distinct workspace_id from written), false);
        select w.id into wrong
        from written w
        left join page_paths own on own.workspace_id = w.workspace_id and own.page_id = w.id
        left join page_paths above on above.workspace_id = w.workspace_id and above.page_id = w.parent_id
        where own.page_id is null or (w.parent_id is not null and above.page_id is null)
           or own.path <> coalesce(above.path, '{}') || w.id
        limit 1;
        if wrong is not null then
          raise exception 'the path of page % is not the path of its parent and itself', wrong
            using errcode = 'check_violation', constraint = 'page_paths_stand_right', table = 'page_paths';
        end if;
        return null;
      end $$;

      create trigger pages_created after insert on pages
        referencing new table as written for each statement execute function check_new_pages();

      -- A path that changes is right itself, and so are those of the pages directly below.
      create function check_page_paths() returns trigger language plpgsql
        set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off as $$
      declare wrong uuid;
      begin
        perform lock_trees(array(select distinct workspace_id from written), true);
        select w.page_id into wrong
        from written w
        join pages p on p.workspace_id = w.workspace_id and p.id = w.page_id
        left join page_paths above on above.workspace_id = p.workspace_id and above.page_id = p.parent_id
        where (p.parent_id is not null and above.page_id is null)
           or w.path <> coalesce(above.path, '{}') || w.page_id
        limit 1;
        if wrong is null then
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

      create trigger page_paths_rewritten after update on page_paths
        referencing new table as written for each statement execute function check_page_paths();

      create function check_lost_paths() returns trigger language plpgsql
        set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off as $$
      declare wrong uuid;
      begin
        select w.page_id into wrong
        from written w join pages p on p.workspace_id = w.workspace_id and p.id = w.page_id limit 1;
        if wrong is not null then
          raise exception 'page % would be left without a path', wrong
            using errcode = 'check_violation', constraint = 'page_paths_stand_right', table = 'page_paths';
        end if;
        return null;
      end $$;

      create trigger page_paths_removed after delete on page_paths
        referencing old table as written for each statement execute function check_lost_paths();

      create function check_moved_page() returns trigger language plpgsql as $$
      begin
        perform lock_trees(array[new.workspace_id], true);
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
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop trigger pages_moved on pages;
      drop trigger pages_created on pages;
      drop trigger page_paths_rewritten on page_paths;
      drop trigger page_paths_removed on page_paths;
      drop function check_moved_page, check_new_pages, check_page_paths, check_lost_paths, lock_trees;
    `)
  }
}
