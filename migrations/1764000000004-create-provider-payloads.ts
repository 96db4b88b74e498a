// The provider's durable models. Tokens and codes are found by SHA-256 only; payloads hold neither their value nor the row's other
// columns. An authorization has one code, which is a part of it, so that redeeming it and issuing its tokens is a
// single statement.
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class CreateProviderPayloads1764000000004 implements MigrationInterface {
  name = 'CreateProviderPayloads1764000000004'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- One authorization: its consent, its code, and from redemption on its installation. Deleting it kills its tokens.
      create table authorizations (
        id text primary key, -- the provider's grantId
        consent_id uuid not null constraint authorizations_consent_exists references consents on delete cascade,
        workspace_id uuid not null,
        connection_id uuid not null,
        user_id uuid not null,
        installation_id uuid, -- null until the code is redeemed
        code_hash bytea constraint authorizations_code_key unique, -- null until the member is back at the provider
        payload jsonb not null, -- the code's
        redeemed_at timestamptz,
        redeemed_by text, -- the request that redeemed the code
        rivals integer not null default 0, -- other requests that redeemed it at about the same moment
        created_at timestamptz not null default now(),
        expires_at timestamptz not null,
        constraint authorizations_installation_exists foreign key (workspace_id, installation_id)
          references installations (workspace_id, id) on delete cascade
      );
      create index authorizations_by_installation on authorizations (installation_id);
      create index authorizations_by_expiry on authorizations (expires_at);
      create index authorizations_by_consent on authorizations (consent_id);

      create table access_tokens (
        token_hash bytea primary key,
        grant_id text not null, -- an authorization: see authorizations_end_tokens
        payload jsonb not null,
        issued_at timestamptz not null default now(),
        expires_at timestamptz not null
      );
      create index access_tokens_by_grant on access_tokens (grant_id);
      create index access_tokens_by_expiry on access_tokens (expires_at);

      -- A family is a line: each token has one parent and at most one successor, and is used up when it has one.
      create table refresh_tokens (
        token_hash bytea primary key,
        parent_hash bytea constraint refresh_tokens_one_successor unique, -- null: the first of its family
        grant_id text not null, -- an authorization: see authorizations_end_tokens
        payload jsonb not null,
        issued_at timestamptz not null default now(),
        expires_at timestamptz not null
      );
      create index refresh_tokens_by_grant on refresh_tokens (grant_id);
      create index refresh_tokens_by_expiry on refresh_tokens (expires_at);

      -- In the place of two foreign keys, which would look the authorization up for each token once more: tokens are written
      -- only by statements that hold their authorization, and every reading of a token joins it.
      create function end_tokens() returns trigger language plpgsql as $$
      begin
        delete from access_tokens t using ended where t.grant_id = ended.id;
        delete from refresh_tokens t using ended where t.grant_id = ended.id;
        return null;
      end $$;
      create trigger authorizations_end_tokens after delete on authorizations
        referencing old table as ended for each statement execute function end_tokens();
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table refresh_tokens, access_tokens, authorizations; drop function end_tokens()')
  }
}
