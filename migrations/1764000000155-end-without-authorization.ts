// An installation without an authorization has no token left and never gets another one without a new consent: it must not be
// shown as connected. Authorizations end in several ways (a revocation, a reuse, expiry), some of them at the same time, so the
// rule is one trigger. It locks the installation before it looks: of two authorizations that end at once, the second one sees
// that none is left, and a code that is redeemed meanwhile comes before or after.
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class EndWithoutAuthorization1764000000155 implements MigrationInterface {
  name = 'EndWithoutAuthorization1764000000155'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create function end_without_authorization() returns trigger language plpgsql as $$
      begin
        perform from installations
          where workspace_id = old.workspace_id and id = old.installation_id and state in ('active', 'suspended')
          for no key update;
        if found and not exists (
          select from authorizations where workspace_id = old.workspace_id and installation_id = old.installation_id
        ) then
          update installations set state = 'revoked', updated_at = now(), state_reason =
            case when state = 'suspended' and state_reason = 'by-owner' then 'while-suspended' else 'authorization-ended' end
          where workspace_id = old.workspace_id and id = old.installation_id;
        end if;
        return null;
      end $$;
      create trigger authorizations_end after delete on authorizations
        for each row when (old.installation_id is not null) execute function end_without_authorization();
      create trigger authorizations_reopen after update of installation_id on authorizations
        for each row when (old.installation_id is not null and new.installation_id is null)
        execute function end_without_authorization();
      update installations i set state = 'revoked', updated_at = now(), state_reason =
        case when i.state = 'suspended' and i.state_reason = 'by-owner' then 'while-suspended' else 'authorization-ended' end
      from connections c
      where c.id = i.connection_id and c.kind = 'public' and i.user_id is not null and i.state in ('active', 'suspended')
        and not exists (select from authorizations a where a.workspace_id = i.workspace_id and a.installation_id = i.id);
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop trigger authorizations_reopen on authorizations;
      drop trigger authorizations_end on authorizations;
      drop function end_without_authorization();
    `)
  }
}
