// Indexes for the page picker: shared roots in the order of the screen, titles by their beginning (first in the results, before
// titles that contain the words elsewhere), and the number of pages below one, from the index alone.
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class IndexPagePicker1764000000020 implements MigrationInterface {
  name = 'IndexPagePicker1764000000020'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create index pages_open_roots on pages (workspace_id, sort_title, id)
        where parent_id is null and not private and not archived;
      create index pages_title_starts on pages (workspace_id, (sort_title collate "C"), id);
      drop index page_paths_in_tree_order;
      create index page_paths_in_tree_order on page_paths (workspace_id, path) include (hidden);
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop index page_paths_in_tree_order;
      create index page_paths_in_tree_order on page_paths (workspace_id, path);
      drop index pages_title_starts, pages_open_roots;
    `)
  }
}
