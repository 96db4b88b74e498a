// Ending or suspending an installation also ends its member's authorizations that the partner has not redeemed yet. They are found
// by workspace, connection and member, since such a row has no installation.
// workspace, connection and member, since no installation stands in such a row.
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class IndexUnredeemedAuthorizations1764000000050 implements MigrationInterface {
  name = 'IndexUnredeemedAuthorizations1764000000050'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create index authorizations_unredeemed on authorizations (workspace_id, connection_id, user_id)
        where installation_id is null
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index authorizations_unredeemed')
  }
}
