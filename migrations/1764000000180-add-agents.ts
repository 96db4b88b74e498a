// Agents: how a connection came to be known, since some register themselves. A workspace's policy and the operator decide which
// of them members may install. The operator's rule is a row, so that the queries which decide about an install read it with the
// rest; each host writes what its environment says as it starts.
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class AddAgents1764000000180 implements MigrationInterface {
  name = 'AddAgents1764000000180'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table connections
        add column origin text not null default 'registered'
          constraint connections_origin_known check (origin in ('registered', 'published', 'self-registered')),
        add column document_url text constraint connections_document_url_unique unique,
        add column registration_token_hash bytea;
      create index connections_self_registered on connections (created_at) where origin = 'self-registered';
      alter table workspace_policies add column agents text not null default 'allowed'
        constraint workspace_policies_agents_known check (agents in ('allowed', 'published-only', 'approved-only'));
      create table operator_rules (
        id boolean primary key default true constraint operator_rules_one check (id),
        agents text not null constraint operator_rules_agents_known check (agents in ('open', 'published', 'off'))
      );
      insert into operator_rules (agents) values ('open');
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table operator_rules;
      alter table workspace_policies drop column agents;
      drop index connections_self_registered;
      alter table connections drop column origin, drop column document_url, drop column registration_token_hash;
    `)
  }
}
