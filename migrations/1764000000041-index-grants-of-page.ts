// A page that thousands of installations were granted, such as the root of a company's handbook: the question whether one of
// them was is answered by the index alone.
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class IndexGrantsOfPage1764000000041 implements MigrationInterface {
  name = 'IndexGrantsOfPage1764000000041'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop index page_grants_by_page;
      create index page_grants_by_page on page_grants (workspace_id, page_id, installation_id);
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop index page_grants_by_page;
      create index page_grants_by_page on page_grants (workspace_id, page_id);
    `)
  }
}
