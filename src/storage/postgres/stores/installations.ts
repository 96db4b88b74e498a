/** The writes of installations: their state, their tokens, their pages. Each runs in its action's transaction. */
import type { ClientBase } from 'pg'
import type { AccessEnd } from '../../../installs/access-end.ts'
import type { AllowedCapabilities } from '../../../installs/actions/add-capabilities.ts'
import type { HeldInstallation, InstallationScope, StateReason } from '../../../installs/installation.ts'
import type { Actor } from '../../../installs/policy.ts'
import type { Role } from '../../../installs/workspace.ts'

export type GrantRow = { pageId: string; grantedBy: string }

/** $1 workspace, $2 installation, $3 connection, $4 user: parts that a scope leaves out are null. */
const inScope = `i.workspace_id = $1 and ($2::uuid is null or i.id = $2)
  and ($3::uuid is null or i.connection_id = $3) and ($4::uuid is null or i.user_id = $4)`

function scopeValues(workspaceId: string, scope: InstallationScope): (string | null)[] {
  return 'installationId' in scope
    ? [workspaceId, scope.installationId, null, null]
    : [workspaceId, null, scope.connectionId, scope.userId]
}

/** The authorizations of installations `i`: those in force, and those that wait for their code to be redeemed. */
const authorizationsOf = (installations: string) => `
  select a.id from ${installations} join authorizations a on a.installation_id = i.id
  union
  select a.id from ${installations} join authorizations a on a.installation_id is null
    and a.workspace_id = i.workspace_id and a.connection_id = i.connection_id and a.user_id = i.user_id`

export function installationStore(client: ClientBase) {
  async function holdInstallations(
    workspaceId: string,
    scope: InstallationScope,
  ): Promise<HeldInstallation[]> {
    // Held first, read after: a statement that waited for the rows still sees the members of before the wait.
    await client.query(
      `select from installations i where ${inScope} order by i.id for update`,
      scopeValues(workspaceId, scope),
    )
    const { rows } = await client.query<HeldInstallation>(
      `select i.id, i.connection_id as "connectionId", i.user_id as "userId", i.state,
         i.state_reason as "stateReason", i.user_id is null or exists (
           select from members m where m.workspace_id = i.workspace_id and m.user_id = i.user_id) as "installerIsMember"
       from installations i where ${inScope} order by i.id`,
      scopeValues(workspaceId, scope),
    )
    return rows
  }

  return {
    holdInstallations,

    async accessEnd(workspaceId: string, installationId: string): Promise<AccessEnd> {
      const { rows } = await client.query<{ days: number | null; at: Date | null }>(
        'select access_days as days, access_ends_at as at from installations where workspace_id = $1 and id = $2',
        [workspaceId, installationId],
      )
      const { days, at } = rows[0] ?? { days: null, at: null }
      return days === null || at === null ? null : { days, at }
    },

    async setAccessEnd(
      workspaceId: string,
      installationId: string,
      end: AccessEnd,
      now: Date,
    ): Promise<void> {
      await client.query(
        `update installations set access_days = $3, access_ends_at = $4, updated_at = $5
         where workspace_id = $1 and id = $2`,
        [workspaceId, installationId, end?.days ?? null, end?.at ?? null, now],
      )
    },

    async capabilitiesOf(workspaceId: string, installationId: string): Promise<AllowedCapabilities> {
      const { rows } = await client.query<AllowedCapabilities>(
        `select capabilities, added_capabilities as "addedCapabilities" from installations
         where workspace_id = $1 and id = $2`,
        [workspaceId, installationId],
      )
      return rows[0]!
    },

    async setCapabilities(
      workspaceId: string,
      installationId: string,
      { capabilities, addedCapabilities }: AllowedCapabilities,
      now: Date,
    ): Promise<void> {
      await client.query(
        `update installations set capabilities = $3, added_capabilities = $4, updated_at = $5
         where workspace_id = $1 and id = $2`,
        [workspaceId, installationId, capabilities, addedCapabilities, now],
      )
    },

    /** null when there is no such workspace. */
    async actor(workspaceId: string, userId: string): Promise<Actor | null> {
      const { rows } = await client.query<{ role: Role | null; disabled: boolean }>(
        `select m.role, not exists (select from users u where u.id = $2 and not u.disabled) as disabled
         from workspaces w left join members m on m.workspace_id = w.id and m.user_id = $2 where w.id = $1`,
        [workspaceId, userId],
      )
      return rows[0] ? { userId, role: rows[0].role, userDisabled: rows[0].disabled } : null
    },

    /** Keeps the member from being removed, and waits for a redemption under way, which locks the member too. */
    async holdMember(workspaceId: string, userId: string): Promise<void> {
      await client.query('select from members where workspace_id = $1 and user_id = $2 for update', [
        workspaceId,
        userId,
      ])
    },

    /**
     * Authorizations first, then installations, both by id: the order of the token endpoint's own statements. A refresh or a
     * redemption under way either finishes first, or finds the installation ended.
     */
    async holdToEnd(workspaceId: string, scope: InstallationScope): Promise<HeldInstallation[]> {
      await client.query(
        `select from authorizations a
         where a.id in (${authorizationsOf(`(select * from installations i where ${inScope}) i`)})
         order by a.id for update`,
        scopeValues(workspaceId, scope),
      )
      return holdInstallations(workspaceId, scope)
    },

    async endInstallations(workspaceId: string, ids: string[], reason: StateReason, now: Date) {
      await client.query(
        `update installations set state = 'revoked', state_reason = $3, updated_at = $4
         where workspace_id = $1 and id = any ($2)`,
        [workspaceId, ids, reason, now],
      )
      await client.query(
        `delete from authorizations where id in (${authorizationsOf(
          '(select * from installations i where i.workspace_id = $1 and i.id = any ($2)) i',
        )})`,
        [workspaceId, ids],
      )
      await client.query(
        `update internal_tokens set revoked_at = $3
         where workspace_id = $1 and installation_id = any ($2) and revoked_at is null`,
        [workspaceId, ids, now],
      )
      // The installation is gone, and its offers with it.
      await client.query(
        `update hand_overs set state = 'withdrawn', decided_at = $3
         where workspace_id = $1 and installation_id = any ($2) and state = 'offered'`,
        [workspaceId, ids, now],
      )
    },

    async suspendInstallations(workspaceId: string, ids: string[], now: Date) {
      await client.query(
        `update installations set state = 'suspended', state_reason = 'by-owner', updated_at = $3
         where workspace_id = $1 and id = any ($2)`,
        [workspaceId, ids, now],
      )
      await client.query(
        `delete from authorizations a using installations i
         where i.workspace_id = $1 and i.id = any ($2) and a.installation_id is null
           and a.workspace_id = i.workspace_id and a.connection_id = i.connection_id and a.user_id = i.user_id`,
        [workspaceId, ids],
      )
    },

    async resumeInstallations(workspaceId: string, ids: string[], now: Date) {
      await client.query(
        `update installations set state = 'active', state_reason = null, updated_at = $3
         where workspace_id = $1 and id = any ($2)`,
        [workspaceId, ids, now],
      )
    },

    async liftSuspensions(workspaceId: string, ids: string[], now: Date) {
      await client.query(
        `update installations set state_reason = null, updated_at = $3 where workspace_id = $1 and id = any ($2)`,
        [workspaceId, ids, now],
      )
    },

    async grantsOf(workspaceId: string, installationId: string): Promise<GrantRow[]> {
      const { rows } = await client.query<GrantRow>(
        `select page_id as "pageId", granted_by as "grantedBy" from page_grants
         where workspace_id = $1 and installation_id = $2`,
        [workspaceId, installationId],
      )
      return rows
    },

    async covered(
      workspaceId: string,
      installationId: string,
      pages: readonly string[],
    ): Promise<GrantRow[]> {
      const { rows } = await client.query<GrantRow>(
        `select t.page_id as "pageId", g.granted_by as "grantedBy"
         from page_paths t
         cross join lateral (
           select g.granted_by from page_grants g
           where g.workspace_id = $1 and g.installation_id = $2 and g.page_id = any (t.path)
           order by array_position(t.path, g.page_id) desc limit 1) g
         where t.workspace_id = $1 and t.page_id = any ($3)`,
        [workspaceId, installationId, pages],
      )
      return rows
    },

    async grantPages(workspaceId: string, installationId: string, grants: GrantRow[], now: Date) {
      await client.query(
        `insert into page_grants (workspace_id, installation_id, page_id, granted_by, granted_at)
         select $1, $2, page_id, granted_by, $5 from unnest($3::uuid[], $4::uuid[]) g (page_id, granted_by)`,
        [
          workspaceId,
          installationId,
          grants.map(grant => grant.pageId),
          grants.map(grant => grant.grantedBy),
          now,
        ],
      )
    },

    async withdrawPages(workspaceId: string, installationId: string, pages: string[]) {
      await client.query(
        'delete from page_grants where workspace_id = $1 and installation_id = $2 and page_id = any ($3)',
        [workspaceId, installationId, pages],
      )
    },

    /** The newest live internal token of an internal connection of this workspace; null without such a connection. */
    async internalToken(workspaceId: string, connectionId: string, now: Date) {
      const { rows } = await client.query<{
        created_by: string | null
        installation_id: string
        id: string | null
        token_sealed: string
      }>(
        `select c.created_by, t.installation_id, t.id, t.token_sealed
         from connections c
         left join lateral (
           select t.* from installations i join internal_tokens t on t.installation_id = i.id
           where i.workspace_id = $1 and i.connection_id = c.id and i.state in ('active', 'suspended')
             and t.revoked_at is null and (t.expires_at is null or t.expires_at > $3)
           order by t.created_at desc, t.id desc limit 1) t on true
         where c.id = $2 and c.workspace_id = $1 and c.kind = 'internal' and c.deleted_at is null`,
        [workspaceId, connectionId, now],
      )
      const [row] = rows
      if (!row) return null
      const token =
        row.id === null
          ? null
          : { installationId: row.installation_id, tokenId: row.id, sealed: row.token_sealed }
      return { createdBy: row.created_by, token }
    },
  }
}
