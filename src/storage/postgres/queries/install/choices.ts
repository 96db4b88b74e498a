import type { Pool } from 'pg'
import type { Placement } from '../../../../installs/policy.ts'
import { type PlacementRow, placementColumns, toPlacement } from '../../stores/placements.ts'

/** One workspace of the user, with all that decides whether the connection may be installed there. */
export type WorkspaceToChoose = {
  id: string
  name: string
  icon: string | null
  placement: Placement
  /** Who has it installed there now: up to three others by name, the earliest first, and how many others in all. */
  others: { names: string[]; count: number }
  /** Since when the user has it there himself, in use or suspended; null: he has not. */
  mine: Date | null
}

export type ConnectionToInstall = {
  id: string
  name: string
  developerName: string | null
  website: string | null
  privacyUrl: string | null
  termsUrl: string | null
  /** Names its logo's version; null: it has none. */
  logoHash: string | null
  firstParty: boolean
  verified: boolean
}

export type InstallChoices = { connection: ConnectionToInstall; workspaces: WorkspaceToChoose[] }

type ConnectionRow = {
  id: string
  name: string
  developer_name: string | null
  website: string | null
  privacy_url: string | null
  terms_url: string | null
  logo_hash: string | null
  first_party: boolean
  verified: boolean
}

type WorkspaceRow = PlacementRow & {
  id: string
  name: string
  icon: string | null
  names: string[]
  others: number
  mine: string | null
}

const connectionColumns = `c.id, c.name, c.developer_name, c.website, c.privacy_url, c.terms_url,
  c.logo_hash, c.first_party, c.verified`

const text = `
  select ${connectionColumns},
    coalesce((
      select json_agg(w order by lower(w.name), w.id) from (
        select w.id, w.name, w.icon, ${placementColumns('$1')}, i.others, i.names, i.mine
        from members own
        join workspaces w on w.id = own.workspace_id
        left join workspace_policies o on o.workspace_id = w.id
        cross join lateral (
          select count(*) filter (where i.user_id <> $1) as others,
            min(i.created_at) filter (where i.user_id = $1) as mine,
            coalesce((array_agg(u.name order by i.created_at, i.id) filter (where i.user_id <> $1))[:3], '{}') as names
          from installations i join users u on u.id = i.user_id
          where i.workspace_id = w.id and i.connection_id = c.id
            and (i.state = 'active' or i.state = 'suspended' and i.user_id = $1)) i
        where own.user_id = $1) w), '[]') as workspaces
  from connections c
  where c.id = $2`

/** Step one of the flow: who asks, and the user's workspaces by name. null when there is no such connection. */
export async function readInstallChoices(
  pool: Pool,
  userId: string,
  connectionId: string,
): Promise<InstallChoices | null> {
  const { rows } = await pool.query<ConnectionRow & { workspaces: WorkspaceRow[] }>({
    name: 'install-choices',
    text,
    values: [userId, connectionId],
  })
  const row = rows[0]
  return row ? { connection: toConnection(row), workspaces: row.workspaces.map(toWorkspace) } : null
}

/** Who asks, for whoever has not signed in yet. */
export async function readConnectionToInstall(
  pool: Pool,
  connectionId: string,
): Promise<ConnectionToInstall | null> {
  const { rows } = await pool.query<ConnectionRow>({
    name: 'connection-to-install',
    text: `select ${connectionColumns} from connections c where c.id = $1`,
    values: [connectionId],
  })
  return rows[0] ? toConnection(rows[0]) : null
}

function toConnection(row: ConnectionRow): ConnectionToInstall {
  return {
    id: row.id,
    name: row.name,
    developerName: row.developer_name,
    website: row.website,
    privacyUrl: row.privacy_url,
    termsUrl: row.terms_url,
    logoHash: row.logo_hash,
    firstParty: row.first_party,
    verified: row.verified,
  }
}

function toWorkspace(row: WorkspaceRow): WorkspaceToChoose {
  return {
    id: row.id,
    name: row.name,
    icon: row.icon,
    placement: toPlacement(row),
    others: { names: row.names, count: row.others },
    mine: row.mine === null ? null : new Date(row.mine),
  }
}

/** Who can change what forbids an install: up to three owners by name, and how many there are. */
export async function readOwners(
  pool: Pool,
  workspaceId: string,
): Promise<{ names: string[]; count: number }> {
  const { rows } = await pool.query<{ names: string[]; count: number }>({
    name: 'workspace-owners',
    text: `select coalesce((array_agg(u.name order by lower(u.name), u.id))[:3], '{}') as names, count(*)::int as count
      from members m join users u on u.id = m.user_id and not u.disabled
      where m.workspace_id = $1 and m.role = 'owner'`,
    values: [workspaceId],
  })
  return rows[0]!
}
