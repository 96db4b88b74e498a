-- The schema that all migrations together make, to be read; "latchkey migrate" does not use it.
-- Written by "npm run schema" after each change of a migration.
-- TypeORM's own table, migrations, is left out.

CREATE EXTENSION IF NOT EXISTS btree_gin;
CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE FUNCTION check_lost_paths()
 RETURNS trigger
 LANGUAGE plpgsql
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_seqscan TO 'off'
AS $function$
      declare wrong uuid;
      begin
        select w.page_id into wrong
        from written w join pages p on p.workspace_id = w.workspace_id and p.id = w.page_id limit 1;
        if wrong is not null then
          raise exception 'page % would be left without a path', wrong
            using errcode = 'check_violation', constraint = 'page_paths_stand_right', table = 'page_paths';
        end if;
        return null;
      end $function$;

CREATE FUNCTION check_moved_page()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
      end $function$;

CREATE FUNCTION check_new_pages()
 RETURNS trigger
 LANGUAGE plpgsql
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_seqscan TO 'off'
AS $function$
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
      end $function$;

CREATE FUNCTION check_page_paths()
 RETURNS trigger
 LANGUAGE plpgsql
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_seqscan TO 'off'
AS $function$
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
      end $function$;

CREATE FUNCTION end_tokens()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
      begin
        delete from access_tokens t using ended where t.grant_id = ended.id;
        delete from refresh_tokens t using ended where t.grant_id = ended.id;
        return null;
      end $function$;

CREATE FUNCTION end_without_authorization()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
      end $function$;

CREATE FUNCTION guard_sandbox_members()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
      begin
        if exists (
          select from written m join users u on u.id = m.user_id join workspaces w on w.id = m.workspace_id
          where (u.sandbox_id is not null or w.sandbox_owner is not null)
            and (w.sandbox_owner is null or u.sandbox_id is distinct from w.id))
        then
          raise exception 'personas are members of their own sandbox, and sandboxes have no other members'
            using errcode = 'check_violation', constraint = 'members_of_sandboxes';
        end if;
        return null;
      end $function$;

CREATE FUNCTION lock_trees(workspaces uuid[], alone boolean)
 RETURNS void
 LANGUAGE sql
AS $function$
        select case when alone then pg_advisory_xact_lock(5281, bucket) else pg_advisory_xact_lock_shared(5281, bucket) end
        from (select distinct hashtext(w::text) & 1023 as bucket from unnest(workspaces) w order by 1) buckets
      $function$;

CREATE FUNCTION queue_endpoint_mail()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
      begin
        insert into mail_outbox (recorded_at, kind, subject_id) values (clock_timestamp(), 'endpoint-switched-off', new.id);
        return null;
      end $function$;

CREATE FUNCTION queue_events()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
      begin
        insert into event_outbox (recorded_at, event_id)
        select clock_timestamp(), id from added
        where kind like 'installation.%' or kind like 'approval-request.%'
          or kind in ('pages.changed', 'capabilities.added', 'secret.rotated', 'refresh-token.reused');
        return null;
      end $function$;

CREATE FUNCTION queue_mail()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
      begin
        insert into mail_outbox (recorded_at, kind, subject_id)
        select clock_timestamp(), case kind
            when 'approval-request.made' then 'approval-requested'
            when 'hand-over.offered' then 'hand-over-offered'
            when 'refresh-token.reused' then 'refresh-token-reused'
            when 'installation.suspended' then 'installation-ended'
            when 'installation.disconnected' then 'installation-ended'
            else 'approval-decided' end, id
        from added
        where kind in ('approval-request.made', 'approval-request.approved', 'approval-request.declined',
          'hand-over.offered', 'refresh-token.reused', 'installation.suspended', 'installation.disconnected');
        return null;
      end $function$;

CREATE TABLE access_tokens (
  token_hash bytea NOT NULL,
  grant_id text NOT NULL,
  payload jsonb NOT NULL,
  issued_at timestamp with time zone DEFAULT now() NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  CONSTRAINT access_tokens_pkey PRIMARY KEY (token_hash)
);
CREATE INDEX access_tokens_by_expiry ON access_tokens USING btree (expires_at);
CREATE INDEX access_tokens_by_grant ON access_tokens USING btree (grant_id);

CREATE TABLE admin_credentials (
  id uuid NOT NULL,
  name text NOT NULL,
  scopes text[] NOT NULL,
  secret_hash bytea NOT NULL,
  hint text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  revoked_at timestamp with time zone,
  CONSTRAINT admin_credentials_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX admin_credentials_by_secret ON admin_credentials USING btree (secret_hash);

CREATE TABLE directory_batches (
  key_hash bytea NOT NULL,
  body_hash bytea NOT NULL,
  answer jsonb NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT directory_batches_pkey PRIMARY KEY (key_hash)
);
CREATE INDEX directory_batches_by_age ON directory_batches USING btree (created_at);

CREATE TABLE directory_cursor (
  singleton boolean DEFAULT true NOT NULL,
  seq bigint NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  CONSTRAINT directory_cursor_pkey PRIMARY KEY (singleton),
  CONSTRAINT directory_cursor_is_one CHECK (singleton)
);

CREATE TABLE event_outbox (
  recorded_at timestamp with time zone NOT NULL,
  event_id uuid NOT NULL,
  CONSTRAINT event_outbox_pkey PRIMARY KEY (recorded_at, event_id)
);

CREATE TABLE events (
  id uuid NOT NULL,
  at timestamp with time zone NOT NULL,
  kind text NOT NULL,
  workspace_id uuid,
  connection_id uuid,
  installation_id uuid,
  actor_id uuid,
  address text,
  request_id text,
  data jsonb DEFAULT '{}'::jsonb NOT NULL,
  installer_id uuid,
  CONSTRAINT events_pkey PRIMARY KEY (id)
);
CREATE INDEX events_by_actor ON events USING btree (workspace_id, actor_id, at DESC, id DESC);
CREATE INDEX events_by_installer ON events USING btree (workspace_id, installer_id, at DESC, id DESC) WHERE installer_id IS NOT NULL;
CREATE INDEX events_by_kind ON events USING btree (workspace_id, kind, at DESC, id DESC);
CREATE INDEX events_by_workspace ON events USING btree (workspace_id, at DESC, id DESC);
CREATE INDEX events_by_workspace_connection ON events USING btree (workspace_id, connection_id, at DESC, id DESC);
CREATE TRIGGER events_are_queued AFTER INSERT ON events REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION queue_events();
CREATE TRIGGER mail_is_queued AFTER INSERT ON events REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION queue_mail();

CREATE TABLE live_hosts (
  id uuid NOT NULL,
  name text NOT NULL,
  keys text[] NOT NULL,
  writes_with text NOT NULL,
  wrote_with text,
  switched_at timestamp with time zone NOT NULL,
  seen_at timestamp with time zone NOT NULL,
  CONSTRAINT live_hosts_pkey PRIMARY KEY (id)
);

CREATE TABLE mail_outbox (
  recorded_at timestamp with time zone NOT NULL,
  kind text NOT NULL,
  subject_id uuid NOT NULL,
  CONSTRAINT mail_outbox_pkey PRIMARY KEY (recorded_at, kind, subject_id)
);

CREATE TABLE operator_rules (
  id boolean DEFAULT true NOT NULL,
  agents text NOT NULL,
  CONSTRAINT operator_rules_pkey PRIMARY KEY (id),
  CONSTRAINT operator_rules_agents_known CHECK (agents = ANY (ARRAY['open'::text, 'published'::text, 'off'::text])),
  CONSTRAINT operator_rules_one CHECK (id)
);

CREATE TABLE refresh_tokens (
  token_hash bytea NOT NULL,
  parent_hash bytea,
  grant_id text NOT NULL,
  payload jsonb NOT NULL,
  issued_at timestamp with time zone DEFAULT now() NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  CONSTRAINT refresh_tokens_pkey PRIMARY KEY (token_hash),
  CONSTRAINT refresh_tokens_one_successor UNIQUE (parent_hash)
);
CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens USING btree (expires_at);
CREATE INDEX refresh_tokens_by_grant ON refresh_tokens USING btree (grant_id);

CREATE TABLE sweep_marks (
  name text NOT NULL,
  reached timestamp with time zone NOT NULL,
  CONSTRAINT sweep_marks_pkey PRIMARY KEY (name)
);

CREATE TABLE webhook_events (
  seq bigint NOT NULL,
  id uuid NOT NULL,
  at timestamp with time zone NOT NULL,
  type text NOT NULL,
  data jsonb NOT NULL,
  connection_id uuid,
  installation_id uuid,
  numbered_at timestamp with time zone NOT NULL,
  CONSTRAINT webhook_events_pkey PRIMARY KEY (seq),
  CONSTRAINT webhook_events_id_key UNIQUE (id)
);
CREATE INDEX webhook_events_by_age ON webhook_events USING btree (numbered_at);
CREATE INDEX webhook_events_by_connection ON webhook_events USING btree (connection_id, seq);

CREATE TABLE users (
  id uuid NOT NULL,
  email text NOT NULL,
  name text NOT NULL,
  avatar_url text,
  password_hash text,
  disabled boolean DEFAULT false NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  sandbox_id uuid,
  external_id text,
  external_key uuid,
  CONSTRAINT users_pkey PRIMARY KEY (id),
  CONSTRAINT users_external_both CHECK ((external_id IS NULL) = (external_key IS NULL)),
  CONSTRAINT users_persona_without_password CHECK (sandbox_id IS NULL OR password_hash IS NULL)
);
CREATE INDEX users_by_email ON users USING btree (lower(NORMALIZE(email) COLLATE "C"));
CREATE UNIQUE INDEX users_by_external_id ON users USING btree (external_id) WHERE external_id IS NOT NULL;
CREATE UNIQUE INDEX users_by_other_key ON users USING btree (external_key) WHERE external_key <> id;
CREATE INDEX users_by_sandbox ON users USING btree (sandbox_id) WHERE sandbox_id IS NOT NULL;
CREATE UNIQUE INDEX users_email_key ON users USING btree (lower(NORMALIZE(email) COLLATE "C")) WHERE NOT disabled;

CREATE TABLE mails (
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  kind text NOT NULL,
  group_id uuid NOT NULL,
  subject_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  due_at timestamp with time zone NOT NULL,
  claimed_until timestamp with time zone,
  attempts integer DEFAULT 0 NOT NULL,
  sent_at timestamp with time zone,
  CONSTRAINT mails_pkey PRIMARY KEY (id),
  CONSTRAINT mails_user_exists FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);
CREATE INDEX mails_by_age ON mails USING btree (created_at);
CREATE INDEX mails_by_group ON mails USING btree (user_id, kind, group_id, due_at);
CREATE INDEX mails_due ON mails USING btree (due_at) WHERE sent_at IS NULL;

CREATE TABLE switched_off_mails (
  user_id uuid NOT NULL,
  kind text NOT NULL,
  switched_at timestamp with time zone NOT NULL,
  CONSTRAINT switched_off_mails_pkey PRIMARY KEY (user_id, kind),
  CONSTRAINT switched_off_mails_user_exists FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);

CREATE TABLE workspaces (
  id uuid NOT NULL,
  name text NOT NULL,
  icon text,
  plan text NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  sandbox_owner uuid,
  external_id text,
  CONSTRAINT workspaces_pkey PRIMARY KEY (id),
  CONSTRAINT workspaces_plan_known CHECK (plan = ANY (ARRAY['free'::text, 'plus'::text, 'business'::text, 'enterprise'::text])),
  CONSTRAINT workspaces_sandbox_owner_exists FOREIGN KEY (sandbox_owner) REFERENCES users(id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX workspaces_by_external_id ON workspaces USING btree (external_id) WHERE external_id IS NOT NULL;
CREATE UNIQUE INDEX workspaces_one_sandbox ON workspaces USING btree (sandbox_owner) WHERE sandbox_owner IS NOT NULL;

CREATE TABLE approved_publishers (
  workspace_id uuid NOT NULL,
  host text NOT NULL,
  approved_by uuid,
  approved_at timestamp with time zone NOT NULL,
  CONSTRAINT approved_publishers_pkey PRIMARY KEY (workspace_id, host),
  CONSTRAINT approved_publishers_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE
);

CREATE TABLE connections (
  id uuid NOT NULL,
  kind text NOT NULL,
  workspace_id uuid,
  created_by uuid,
  name text NOT NULL,
  description text,
  developer_name text,
  website text,
  install_url text,
  support_email text,
  support_url text,
  privacy_url text,
  terms_url text,
  logo_type text,
  logo bytea,
  client_type text DEFAULT 'confidential'::text NOT NULL,
  redirect_uris text[] DEFAULT '{}'::text[] NOT NULL,
  capabilities text[] DEFAULT '{}'::text[] NOT NULL,
  require_pkce boolean DEFAULT false NOT NULL,
  long_lived_tokens boolean DEFAULT false NOT NULL,
  leave_out_iss boolean DEFAULT false NOT NULL,
  resource_server boolean DEFAULT false NOT NULL,
  first_party boolean DEFAULT false NOT NULL,
  verified boolean DEFAULT false NOT NULL,
  disabled_at timestamp with time zone,
  deleted_at timestamp with time zone,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  logo_hash text GENERATED ALWAYS AS ("left"(encode(sha256(logo), 'hex'::text), 16)) STORED,
  disabled_by uuid,
  origin text DEFAULT 'registered'::text NOT NULL,
  document_url text,
  registration_token_hash bytea,
  optional_capabilities text[] DEFAULT '{}'::text[] NOT NULL,
  require_par boolean DEFAULT false NOT NULL,
  jwks jsonb,
  jwks_uri text,
  device_flow boolean DEFAULT false NOT NULL,
  require_dpop boolean DEFAULT false NOT NULL,
  document_failed_at timestamp with time zone,
  CONSTRAINT connections_pkey PRIMARY KEY (id),
  CONSTRAINT connections_document_url_unique UNIQUE (document_url),
  CONSTRAINT connections_client_type_known CHECK (client_type = ANY (ARRAY['public'::text, 'confidential'::text])),
  CONSTRAINT connections_internal_has_workspace CHECK (kind = 'public'::text OR workspace_id IS NOT NULL),
  CONSTRAINT connections_kind_known CHECK (kind = ANY (ARRAY['public'::text, 'internal'::text])),
  CONSTRAINT connections_name_length CHECK (char_length(name) >= 1 AND char_length(name) <= 200),
  CONSTRAINT connections_origin_known CHECK (origin = ANY (ARRAY['registered'::text, 'published'::text, 'self-registered'::text])),
  CONSTRAINT connections_creator_exists FOREIGN KEY (created_by) REFERENCES users(id) ON DELETE SET NULL,
  CONSTRAINT connections_workspace_exists FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE
);
CREATE INDEX connections_by_creator ON connections USING btree (created_by) WHERE deleted_at IS NULL;
CREATE INDEX connections_by_workspace ON connections USING btree (workspace_id);
CREATE INDEX connections_self_registered ON connections USING btree (created_at) WHERE origin = 'self-registered'::text;

CREATE TABLE approval_requests (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  connection_id uuid NOT NULL,
  user_id uuid NOT NULL,
  capabilities text[] NOT NULL,
  reason text NOT NULL,
  parameters jsonb,
  state text NOT NULL,
  asked_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  decided_at timestamp with time zone,
  decided_by uuid,
  lets_in boolean DEFAULT false NOT NULL,
  answer text,
  CONSTRAINT approval_requests_pkey PRIMARY KEY (workspace_id, id),
  CONSTRAINT approval_requests_answer_length CHECK (char_length(answer) <= 1000),
  CONSTRAINT approval_requests_reason_length CHECK (char_length(reason) >= 1 AND char_length(reason) <= 1000),
  CONSTRAINT approval_requests_state_known CHECK (state = ANY (ARRAY['pending'::text, 'approved'::text, 'declined'::text, 'withdrawn'::text, 'taken-up'::text])),
  CONSTRAINT approval_requests_connection_exists FOREIGN KEY (connection_id) REFERENCES connections(id) ON DELETE CASCADE,
  CONSTRAINT approval_requests_user_exists FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  CONSTRAINT approval_requests_workspace_exists FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE
);
CREATE INDEX approval_requests_by_member ON approval_requests USING btree (workspace_id, user_id, asked_at DESC, id DESC);
CREATE INDEX approval_requests_by_time ON approval_requests USING btree (workspace_id, asked_at DESC, id DESC);
CREATE INDEX approval_requests_letting_in ON approval_requests USING btree (workspace_id, connection_id, user_id) WHERE lets_in;
CREATE UNIQUE INDEX approval_requests_one_pending ON approval_requests USING btree (workspace_id, connection_id, user_id) WHERE state = 'pending'::text;
CREATE INDEX approval_requests_pending ON approval_requests USING btree (workspace_id, asked_at, id) WHERE state = 'pending'::text;
CREATE INDEX approval_requests_unanswered ON approval_requests USING btree (user_id, connection_id) WHERE parameters IS NOT NULL;

CREATE TABLE approvals (
  workspace_id uuid NOT NULL,
  connection_id uuid NOT NULL,
  approved_by uuid,
  approved_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT approvals_pkey PRIMARY KEY (workspace_id, connection_id),
  CONSTRAINT approvals_connection_exists FOREIGN KEY (connection_id) REFERENCES connections(id) ON DELETE CASCADE,
  CONSTRAINT approvals_workspace_exists FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE
);

CREATE TABLE connection_secrets (
  id uuid NOT NULL,
  connection_id uuid NOT NULL,
  secret_hash bytea NOT NULL,
  hint text NOT NULL,
  created_by uuid,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  last_used_at timestamp with time zone,
  revoked_at timestamp with time zone,
  CONSTRAINT connection_secrets_pkey PRIMARY KEY (id),
  CONSTRAINT connection_secrets_connection_exists FOREIGN KEY (connection_id) REFERENCES connections(id) ON DELETE CASCADE
);
CREATE INDEX connection_secrets_live ON connection_secrets USING btree (connection_id) WHERE revoked_at IS NULL;

CREATE TABLE consents (
  id uuid NOT NULL,
  workspace_id uuid NOT NULL,
  connection_id uuid NOT NULL,
  user_id uuid NOT NULL,
  capabilities text[] NOT NULL,
  page_ids uuid[] NOT NULL,
  address text,
  created_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  access_days integer,
  access_ends_at timestamp with time zone,
  CONSTRAINT consents_pkey PRIMARY KEY (id),
  CONSTRAINT consents_access_end_both CHECK ((access_days IS NULL) = (access_ends_at IS NULL)),
  CONSTRAINT consents_connection_exists FOREIGN KEY (connection_id) REFERENCES connections(id) ON DELETE CASCADE,
  CONSTRAINT consents_user_exists FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  CONSTRAINT consents_workspace_exists FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE
);
CREATE INDEX consents_by_expiry ON consents USING btree (expires_at);

CREATE TABLE flow_attempts (
  id uuid NOT NULL,
  connection_id uuid NOT NULL,
  uid text,
  grant_id text,
  workspace_id uuid,
  outcome text NOT NULL,
  failure_code text,
  started_at timestamp with time zone NOT NULL,
  last_at timestamp with time zone NOT NULL,
  CONSTRAINT flow_attempts_pkey PRIMARY KEY (id),
  CONSTRAINT flow_attempts_grant_key UNIQUE (grant_id),
  CONSTRAINT flow_attempts_uid_key UNIQUE (uid),
  CONSTRAINT flow_attempts_connection_exists FOREIGN KEY (connection_id) REFERENCES connections(id) ON DELETE CASCADE
);
CREATE INDEX flow_attempts_by_age ON flow_attempts USING btree (last_at);
CREATE INDEX flow_attempts_by_connection ON flow_attempts USING btree (connection_id, started_at DESC, id DESC);
CREATE INDEX flow_attempts_by_outcome ON flow_attempts USING btree (connection_id, outcome, started_at DESC, id DESC);

CREATE TABLE flow_steps (
  id uuid NOT NULL,
  attempt_id uuid NOT NULL,
  at timestamp with time zone NOT NULL,
  kind text NOT NULL,
  request_id text,
  failure jsonb,
  scope text,
  CONSTRAINT flow_steps_pkey PRIMARY KEY (id),
  CONSTRAINT flow_steps_attempt_exists FOREIGN KEY (attempt_id) REFERENCES flow_attempts(id) ON DELETE CASCADE
);
CREATE INDEX flow_steps_by_attempt ON flow_steps USING btree (attempt_id, at, id);
CREATE INDEX flow_steps_by_request ON flow_steps USING btree (request_id);

CREATE TABLE installations (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  connection_id uuid NOT NULL,
  user_id uuid,
  state text NOT NULL,
  state_reason text,
  capabilities text[] NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  last_used_at timestamp with time zone,
  access_days integer,
  access_ends_at timestamp with time zone,
  added_capabilities text[] DEFAULT '{}'::text[] NOT NULL,
  CONSTRAINT installations_pkey PRIMARY KEY (workspace_id, id),
  CONSTRAINT installations_id_key UNIQUE (id),
  CONSTRAINT installations_one_per_member UNIQUE (workspace_id, connection_id, user_id),
  CONSTRAINT installations_access_end_both CHECK ((access_days IS NULL) = (access_ends_at IS NULL)),
  CONSTRAINT installations_state_known CHECK (state = ANY (ARRAY['pending'::text, 'active'::text, 'suspended'::text, 'revoked'::text])),
  CONSTRAINT installations_connection_exists FOREIGN KEY (connection_id) REFERENCES connections(id) ON DELETE CASCADE,
  CONSTRAINT installations_user_exists FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  CONSTRAINT installations_workspace_exists FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE
);
CREATE INDEX installations_by_connection ON installations USING btree (connection_id);
CREATE INDEX installations_by_user ON installations USING btree (user_id);
CREATE UNIQUE INDEX installations_one_internal ON installations USING btree (workspace_id, connection_id) WHERE user_id IS NULL;

CREATE TABLE authorizations (
  id text NOT NULL,
  consent_id uuid NOT NULL,
  workspace_id uuid NOT NULL,
  connection_id uuid NOT NULL,
  user_id uuid NOT NULL,
  installation_id uuid,
  code_hash bytea,
  payload jsonb NOT NULL,
  redeemed_at timestamp with time zone,
  redeemed_by text,
  rivals integer DEFAULT 0 NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  CONSTRAINT authorizations_pkey PRIMARY KEY (id),
  CONSTRAINT authorizations_code_key UNIQUE (code_hash),
  CONSTRAINT authorizations_consent_exists FOREIGN KEY (consent_id) REFERENCES consents(id) ON DELETE CASCADE,
  CONSTRAINT authorizations_installation_exists FOREIGN KEY (workspace_id, installation_id) REFERENCES installations(workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX authorizations_by_consent ON authorizations USING btree (consent_id);
CREATE INDEX authorizations_by_expiry ON authorizations USING btree (expires_at);
CREATE INDEX authorizations_by_installation ON authorizations USING btree (installation_id);
CREATE INDEX authorizations_unredeemed ON authorizations USING btree (workspace_id, connection_id, user_id) WHERE installation_id IS NULL;
CREATE TRIGGER authorizations_end AFTER DELETE ON authorizations FOR EACH ROW WHEN (old.installation_id IS NOT NULL) EXECUTE FUNCTION end_without_authorization();
CREATE TRIGGER authorizations_end_tokens AFTER DELETE ON authorizations REFERENCING OLD TABLE AS ended FOR EACH STATEMENT EXECUTE FUNCTION end_tokens();
CREATE TRIGGER authorizations_reopen AFTER UPDATE OF installation_id ON authorizations FOR EACH ROW WHEN (old.installation_id IS NOT NULL AND new.installation_id IS NULL) EXECUTE FUNCTION end_without_authorization();

CREATE TABLE hand_overs (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  installation_id uuid NOT NULL,
  from_user_id uuid NOT NULL,
  to_user_id uuid NOT NULL,
  offered_by uuid,
  offered_at timestamp with time zone NOT NULL,
  state text NOT NULL,
  decided_at timestamp with time zone,
  CONSTRAINT hand_overs_pkey PRIMARY KEY (workspace_id, id),
  CONSTRAINT hand_overs_state_known CHECK (state = ANY (ARRAY['offered'::text, 'accepted'::text, 'declined'::text, 'withdrawn'::text])),
  CONSTRAINT hand_overs_installation_exists FOREIGN KEY (workspace_id, installation_id) REFERENCES installations(workspace_id, id) ON DELETE CASCADE,
  CONSTRAINT hand_overs_receiver_exists FOREIGN KEY (to_user_id) REFERENCES users(id) ON DELETE CASCADE
);
CREATE INDEX hand_overs_by_receiver ON hand_overs USING btree (workspace_id, to_user_id) WHERE state = 'offered'::text;
CREATE UNIQUE INDEX hand_overs_one_offered ON hand_overs USING btree (workspace_id, installation_id) WHERE state = 'offered'::text;

CREATE TABLE internal_tokens (
  id uuid NOT NULL,
  workspace_id uuid NOT NULL,
  installation_id uuid NOT NULL,
  token_hash bytea NOT NULL,
  token_sealed text NOT NULL,
  created_by uuid,
  created_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  last_used_at timestamp with time zone,
  CONSTRAINT internal_tokens_pkey PRIMARY KEY (id),
  CONSTRAINT internal_tokens_hash_key UNIQUE (token_hash),
  CONSTRAINT internal_tokens_installation_exists FOREIGN KEY (workspace_id, installation_id) REFERENCES installations(workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX internal_tokens_by_installation ON internal_tokens USING btree (installation_id);

CREATE TABLE members (
  workspace_id uuid NOT NULL,
  user_id uuid NOT NULL,
  role text NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT members_pkey PRIMARY KEY (workspace_id, user_id),
  CONSTRAINT members_role_known CHECK (role = ANY (ARRAY['owner'::text, 'member'::text, 'guest'::text])),
  CONSTRAINT members_user_exists FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  CONSTRAINT members_workspace_exists FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE
);
CREATE INDEX members_by_user ON members USING btree (user_id);
CREATE TRIGGER members_added_to_sandboxes AFTER INSERT ON members REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION guard_sandbox_members();
CREATE TRIGGER members_moved_to_sandboxes AFTER UPDATE ON members REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION guard_sandbox_members();

CREATE TABLE pages (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  parent_id uuid,
  root_in uuid GENERATED ALWAYS AS (CASE WHEN parent_id IS NULL THEN workspace_id ELSE NULL::uuid END) STORED,
  title text NOT NULL,
  icon text,
  type text DEFAULT 'page'::text NOT NULL,
  private boolean DEFAULT false NOT NULL,
  archived boolean DEFAULT false NOT NULL,
  created_by uuid,
  last_edited_by uuid,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  sort_title text GENERATED ALWAYS AS (lower("left"(NORMALIZE(title), 200))) STORED NOT NULL,
  external_id text,
  CONSTRAINT pages_pkey PRIMARY KEY (workspace_id, id),
  CONSTRAINT pages_id_not_greatest CHECK (id <> 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid),
  CONSTRAINT pages_not_own_parent CHECK (parent_id <> id),
  CONSTRAINT pages_private_only_at_root CHECK (parent_id IS NULL OR NOT private),
  CONSTRAINT pages_title_length CHECK (char_length(title) <= 2000),
  CONSTRAINT pages_type_known CHECK (type = ANY (ARRAY['page'::text, 'database'::text])),
  CONSTRAINT pages_parent_in_same_workspace FOREIGN KEY (workspace_id, parent_id) REFERENCES pages(workspace_id, id) ON DELETE CASCADE,
  CONSTRAINT pages_workspace_exists FOREIGN KEY (root_in) REFERENCES workspaces(id) ON DELETE CASCADE
);
CREATE INDEX pages_by_last_edit ON pages USING btree (workspace_id, updated_at, id);
CREATE INDEX pages_children ON pages USING btree (workspace_id, parent_id, sort_title, id);
CREATE INDEX pages_open_roots ON pages USING btree (workspace_id, sort_title, id) WHERE parent_id IS NULL AND NOT private AND NOT archived;
CREATE INDEX pages_roots ON pages USING btree (root_in) WHERE root_in IS NOT NULL;
CREATE INDEX pages_title_starts ON pages USING btree (workspace_id, sort_title COLLATE "C", id);
CREATE INDEX pages_title_words ON pages USING gin (workspace_id, NORMALIZE(title) gin_trgm_ops);
CREATE TRIGGER pages_created AFTER INSERT ON pages REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION check_new_pages();
CREATE CONSTRAINT TRIGGER pages_moved AFTER UPDATE OF parent_id ON pages DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (old.parent_id IS DISTINCT FROM new.parent_id) EXECUTE FUNCTION check_moved_page();

CREATE TABLE page_grants (
  workspace_id uuid NOT NULL,
  installation_id uuid NOT NULL,
  page_id uuid NOT NULL,
  granted_by uuid NOT NULL,
  granted_at timestamp with time zone NOT NULL,
  CONSTRAINT page_grants_pkey PRIMARY KEY (workspace_id, installation_id, page_id),
  CONSTRAINT page_grants_installation_exists FOREIGN KEY (workspace_id, installation_id) REFERENCES installations(workspace_id, id) ON DELETE CASCADE,
  CONSTRAINT page_grants_member_exists FOREIGN KEY (granted_by) REFERENCES users(id) ON DELETE CASCADE,
  CONSTRAINT page_grants_page_exists FOREIGN KEY (workspace_id, page_id) REFERENCES pages(workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX page_grants_by_page ON page_grants USING btree (workspace_id, page_id, installation_id);

CREATE TABLE page_paths (
  workspace_id uuid NOT NULL,
  page_id uuid NOT NULL,
  path uuid[] NOT NULL,
  hidden boolean DEFAULT false NOT NULL,
  CONSTRAINT page_paths_pkey PRIMARY KEY (workspace_id, page_id),
  CONSTRAINT page_paths_depth CHECK (cardinality(path) <= 100),
  CONSTRAINT page_paths_ends_at_page CHECK (path[cardinality(path)] = page_id),
  CONSTRAINT page_paths_page_exists FOREIGN KEY (workspace_id, page_id) REFERENCES pages(workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX page_paths_in_tree_order ON page_paths USING btree (workspace_id, path) INCLUDE (hidden);
CREATE TRIGGER page_paths_removed AFTER DELETE ON page_paths REFERENCING OLD TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION check_lost_paths();
CREATE TRIGGER page_paths_rewritten AFTER UPDATE ON page_paths REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION check_page_paths();

CREATE TABLE page_viewers (
  workspace_id uuid NOT NULL,
  page_id uuid NOT NULL,
  user_id uuid NOT NULL,
  CONSTRAINT page_viewers_pkey PRIMARY KEY (workspace_id, page_id, user_id),
  CONSTRAINT page_viewers_page_exists FOREIGN KEY (workspace_id, page_id) REFERENCES pages(workspace_id, id) ON DELETE CASCADE,
  CONSTRAINT page_viewers_user_exists FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);
CREATE INDEX page_viewers_by_user ON page_viewers USING btree (workspace_id, user_id);

CREATE TABLE resources (
  url text NOT NULL,
  connection_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT resources_pkey PRIMARY KEY (url),
  CONSTRAINT resources_connection_fkey FOREIGN KEY (connection_id) REFERENCES connections(id) ON DELETE CASCADE
);
CREATE INDEX resources_by_connection ON resources USING btree (connection_id);

CREATE TABLE scim_groups (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  external_id text,
  display_name text NOT NULL,
  members uuid[] NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  CONSTRAINT scim_groups_pkey PRIMARY KEY (workspace_id, id),
  CONSTRAINT scim_groups_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX scim_groups_display_name_key ON scim_groups USING btree (workspace_id, lower(NORMALIZE(display_name) COLLATE "C"));

CREATE TABLE scim_tokens (
  id uuid NOT NULL,
  workspace_id uuid NOT NULL,
  token_hash bytea NOT NULL,
  hint text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  revoked_at timestamp with time zone,
  CONSTRAINT scim_tokens_pkey PRIMARY KEY (id),
  CONSTRAINT scim_tokens_token_hash_key UNIQUE (token_hash),
  CONSTRAINT scim_tokens_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE
);
CREATE INDEX scim_tokens_by_workspace ON scim_tokens USING btree (workspace_id);

CREATE TABLE scim_users (
  workspace_id uuid NOT NULL,
  user_id uuid NOT NULL,
  user_name text NOT NULL,
  external_id text,
  display_name text,
  active boolean NOT NULL,
  owned boolean NOT NULL,
  resource jsonb NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  CONSTRAINT scim_users_pkey PRIMARY KEY (workspace_id, user_id),
  CONSTRAINT scim_users_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  CONSTRAINT scim_users_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE
);
CREATE INDEX scim_users_by_external_id ON scim_users USING btree (workspace_id, external_id);
CREATE INDEX scim_users_by_user ON scim_users USING btree (user_id);
CREATE UNIQUE INDEX scim_users_user_name_key ON scim_users USING btree (workspace_id, lower(NORMALIZE(user_name) COLLATE "C"));

CREATE TABLE webhook_endpoints (
  id uuid NOT NULL,
  connection_id uuid,
  url text NOT NULL,
  types text[] NOT NULL,
  created_at timestamp with time zone NOT NULL,
  failing_since timestamp with time zone,
  disabled_at timestamp with time zone,
  disabled_because text,
  CONSTRAINT webhook_endpoints_pkey PRIMARY KEY (id),
  CONSTRAINT webhook_endpoints_disabled_because_check CHECK (disabled_because = ANY (ARRAY['gone'::text, 'failing'::text, 'by-developer'::text])),
  CONSTRAINT webhook_endpoints_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(id) ON DELETE CASCADE
);
CREATE INDEX webhook_endpoints_by_connection ON webhook_endpoints USING btree (connection_id);
CREATE TRIGGER endpoint_mail_is_queued AFTER UPDATE OF disabled_at ON webhook_endpoints FOR EACH ROW WHEN (old.disabled_at IS NULL AND new.disabled_at IS NOT NULL AND new.connection_id IS NOT NULL) EXECUTE FUNCTION queue_endpoint_mail();

CREATE TABLE webhook_deliveries (
  id uuid NOT NULL,
  endpoint_id uuid NOT NULL,
  message_id uuid NOT NULL,
  seq bigint NOT NULL,
  type text NOT NULL,
  body text NOT NULL,
  order_key uuid,
  state text NOT NULL,
  attempts integer DEFAULT 0 NOT NULL,
  next_at timestamp with time zone NOT NULL,
  claimed_until timestamp with time zone,
  status integer,
  fault text,
  created_at timestamp with time zone NOT NULL,
  done_at timestamp with time zone,
  CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (id),
  CONSTRAINT webhook_deliveries_state_check CHECK (state = ANY (ARRAY['waiting'::text, 'delivered'::text, 'failed'::text])),
  CONSTRAINT webhook_deliveries_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES webhook_endpoints(id) ON DELETE CASCADE
);
CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries USING btree (created_at);
CREATE INDEX webhook_deliveries_by_endpoint ON webhook_deliveries USING btree (endpoint_id, created_at);
CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries USING btree (endpoint_id, seq) WHERE state = 'waiting'::text;

CREATE TABLE webhook_secrets (
  id uuid NOT NULL,
  endpoint_id uuid NOT NULL,
  sealed text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone,
  CONSTRAINT webhook_secrets_pkey PRIMARY KEY (id),
  CONSTRAINT webhook_secrets_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES webhook_endpoints(id) ON DELETE CASCADE
);
CREATE INDEX webhook_secrets_by_endpoint ON webhook_secrets USING btree (endpoint_id);

CREATE TABLE workspace_policies (
  workspace_id uuid NOT NULL,
  restrict_installs text DEFAULT 'none'::text NOT NULL,
  auto_approve_first_party boolean DEFAULT false NOT NULL,
  connection_creation text DEFAULT 'everyone'::text NOT NULL,
  updated_by uuid,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  agents text DEFAULT 'allowed'::text NOT NULL,
  longest_access text DEFAULT 'no-limit'::text NOT NULL,
  CONSTRAINT workspace_policies_pkey PRIMARY KEY (workspace_id),
  CONSTRAINT workspace_policies_agents_known CHECK (agents = ANY (ARRAY['allowed'::text, 'published-only'::text, 'approved-only'::text])),
  CONSTRAINT workspace_policies_creation_known CHECK (connection_creation = ANY (ARRAY['everyone'::text, 'owners-only'::text])),
  CONSTRAINT workspace_policies_longest_access_known CHECK (longest_access = ANY (ARRAY['no-limit'::text, '7-days'::text, '30-days'::text, '90-days'::text, '1-year'::text])),
  CONSTRAINT workspace_policies_restriction_known CHECK (restrict_installs = ANY (ARRAY['none'::text, 'approved-list'::text, 'owners-only'::text])),
  CONSTRAINT workspace_policies_workspace_exists FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE
);

ALTER TABLE users ADD CONSTRAINT users_sandbox_exists FOREIGN KEY (sandbox_id) REFERENCES workspaces(id) ON DELETE CASCADE;
