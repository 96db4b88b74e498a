// The same letter can be written in two ways, composed ("é") and as a letter with an accent behind it. Titles are indexed in the
// composed form, whichever way they were written, and searched in it.
import type { MigrationInterface, QueryRunner } from 'typeorm'

/** `sort_title` cannot be given another expression before PostgreSQL 17: it is made anew, with what depends on it. */
const remade = (expression: string) => `
  alter table pages drop column sort_title;
  alter table pages add column sort_title text not null generated always as (${expression}) stored;
  create index pages_children on pages (workspace_id, parent_id, sort_title, id);
  create index pages_open_roots on pages (workspace_id, sort_title, id)
    where parent_id is null and not private and not archived;
  create index pages_title_starts on pages (workspace_id, (sort_title collate "C"), id);`

export class SearchTitlesInOneForm1764000000150 implements MigrationInterface {
  name = 'SearchTitlesInOneForm1764000000150'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ${remade('lower(left(normalize(title), 200))')}
      drop index pages_title_words;
      create index pages_title_words on pages using gin (workspace_id, (normalize(title)) gin_trgm_ops);
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop index pages_title_words;
      create index pages_title_words on pages using gin (workspace_id, title gin_trgm_ops);
      ${remade('lower(left(title, 200))')}
    `)
  }
}
