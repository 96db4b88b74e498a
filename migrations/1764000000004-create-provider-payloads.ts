// The provider's durable models. Tokens and codes are found by SHA-256 only; the payload never holds their value.
// Codes live beside the tokens so that consuming one and issuing its tokens is a single statement.
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class CreateProviderPayloads1764000000004 implements MigrationInterface {
  name = 'CreateProviderPayloads1764000000004'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- One authorization: its consent, and from redemption on its installation. Deleting it kills its tokens.
      create table authorizations (
        id text primary key, -- the provider's grantId
        consent_id uuid not null constraint authorizations_consent_exists references consents on delete cascade,
        workspace_id uuid not null,
        connection_id uuid not null,
        user_id uuid not null,
        installation_id uuid, -- null until the code is redeemed
        payload jsonb not null,
        created_at timestamptz not null default now(),
        expires_at timestamptz not null,
        constraint authorizations_installation_exists foreign key (workspace_id, installation_id)
          references installations (workspace_id, id) on delete cascade
      );
      create index authorizations_by_installation on authorizations (installation_id);
      create index authorizations_by_expiry on authorizations (expires_at);
      create index authorizations_by_consent on authorizations (consent_id);

      create table authorization_codes (
        code_hash bytea primary key,
        grant_id text not null constraint authorization_codes_grant_exists
          references authorizations on delete cascade,
        payload jsonb not null,
        expires_at timestamptz not null,
        consumed_at timestamptz,
        consumed_by text, -- the request that redeemed it
        contested boolean not null default false -- other requests redeemed it at the same moment
      );
      create index authorization_codes_by_grant on authorization_codes (grant_id);
      create index authorization_codes_by_expiry on authorization_codes (expires_at);

      create table access_tokens (
        token_hash bytea primary key,
        grant_id text not null constraint access_tokens_grant_exists references authorizations on delete cascade,
        payload jsonb not null,
        issued_at timestamptz not null default now(),
        expires_at timestamptz not null
      );
      create index access_tokens_by_grant on access_tokens (grant_id);
      create index access_tokens_by_expiry on access_tokens (expires_at);

      create table refresh_tokens (
        token_hash bytea primary key,
        grant_id text not null constraint refresh_tokens_grant_exists references authorizations on delete cascade,
        payload jsonb not null,
        issued_at timestamptz not null default now(),
        expires_at timestamptz not null,
        consumed_at timestamptz
      );
      create index refresh_tokens_by_grant on refresh_tokens (grant_id);
      create index refresh_tokens_by_expiry on refresh_tokens (expires_at);
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table refresh_tokens, access_tokens, authorization_codes, authorizations')
  }
}
