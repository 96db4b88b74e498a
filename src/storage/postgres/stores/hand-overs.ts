import type { ClientBase } from 'pg'
import type { EntityManager } from 'typeorm'
import type { HandOver, HandOverState } from '../../../installs/hand-over.ts'
import { personReaches } from '../reach.ts'
import { handOvers, selectList } from '../tables.ts'

const columns = selectList(handOvers, 'decidedAt')

/** Offers of departed members' installations. Each method runs in its action's transaction. */
export function handOverStore(client: ClientBase, manager: EntityManager) {
  return {
    async openOffer(workspaceId: string, installationId: string): Promise<HandOver | null> {
      const { rows } = await client.query<HandOver>(
        `select ${columns} from hand_overs where workspace_id = $1 and installation_id = $2 and state = 'offered'`,
        [workspaceId, installationId],
      )
      return rows[0] ?? null
    },

    async saveOffer(offer: HandOver): Promise<void> {
      await manager.getRepository(handOvers).insert(offer)
    },

    async offer(workspaceId: string, id: string): Promise<HandOver | null> {
      const { rows } = await client.query<HandOver>(
        `select ${columns} from hand_overs where workspace_id = $1 and id = $2`,
        [workspaceId, id],
      )
      return rows[0] ?? null
    },

    async holdOffer(workspaceId: string, id: string): Promise<HandOver | null> {
      const { rows } = await client.query<HandOver>(
        `select ${columns} from hand_overs where workspace_id = $1 and id = $2 for update`,
        [workspaceId, id],
      )
      return rows[0] ?? null
    },

    async decideOffer(workspaceId: string, id: string, state: HandOverState, now: Date): Promise<void> {
      await manager.getRepository(handOvers).update({ workspaceId, id }, { state, decidedAt: now })
    },

    async connectionOf(workspaceId: string, installationId: string): Promise<string | null> {
      const { rows } = await client.query<{ connection_id: string }>(
        'select connection_id from installations where workspace_id = $1 and id = $2',
        [workspaceId, installationId],
      )
      return rows[0]?.connection_id ?? null
    },

    /**
     * The account that tokens speak for is changed in them as well: a refresh holds the one in the token against the one of
     * its authorization.
     */
    async takeOver(
      workspaceId: string,
      taken: { installationId: string; connectionId: string; toUserId: string },
      now: Date,
    ): Promise<{ kept: number; dropped: number }> {
      const { installationId, connectionId, toUserId } = taken
      await client.query(
        `delete from installations
         where workspace_id = $1 and connection_id = $2 and user_id = $3 and state = 'revoked'`,
        [workspaceId, connectionId, toUserId],
      )
      await client.query(
        `update installations set user_id = $3, state = 'active', state_reason = null, updated_at = $4
         where workspace_id = $1 and id = $2`,
        [workspaceId, installationId, toUserId, now],
      )
      await client.query(
        `with theirs as (
           update authorizations set user_id = $2, payload = ${speaksFor('payload')}
           where installation_id = $1 returning id
         ), access as (
           update access_tokens set payload = ${speaksFor('payload')} where grant_id in (select id from theirs)
         )
         update refresh_tokens set payload = ${speaksFor('payload')} where grant_id in (select id from theirs)`,
        [installationId, toUserId],
      )
      const dropped = await client.query(
        `delete from page_grants g where g.workspace_id = $1 and g.installation_id = $2 and not exists (
           select from page_paths t join pages root on root.workspace_id = $1 and root.id = t.path[1]
           where t.workspace_id = $1 and t.page_id = g.page_id and ${personReaches('$3', 'root')})`,
        [workspaceId, installationId, toUserId],
      )
      const kept = await client.query(
        `update page_grants set granted_by = $3, granted_at = $4 where workspace_id = $1 and installation_id = $2`,
        [workspaceId, installationId, toUserId, now],
      )
      return { kept: kept.rowCount ?? 0, dropped: dropped.rowCount ?? 0 }
    },
  }
}

/** A payload of the provider, with user $2 as its account. */
const speaksFor = (payload: string) => `jsonb_set(${payload}, '{accountId}', to_jsonb($2::uuid::text))`
