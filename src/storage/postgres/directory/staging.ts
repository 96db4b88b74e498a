/**
 * Where an import waits until all of it is read: temporary tables of its session, since a parent may come after its child
 * and a member before the workspace. They are no part of the write-ahead log and vanish with the connection.
 */
import { finished } from 'node:stream/promises'
import type { PoolClient } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { keyOfExternalId } from '../../../installs/external-id.ts'
import type { Named } from './fields.ts'
import type { DirectoryLine } from './line.ts'

const tables = {
  user: {
    name: 'staged_users',
    columns:
      'line bigint, id uuid, email text, name text, avatar_url text, password_hash text, disabled boolean, external_id text, external_key uuid',
  },
  workspace: {
    name: 'staged_workspaces',
    columns: 'line bigint, id uuid, name text, icon text, plan text, external_id text',
  },
  member: {
    name: 'staged_members',
    columns: 'line bigint, workspace_id uuid, user_id uuid, role text, workspace_named text, user_named text',
  },
  page: {
    name: 'staged_pages',
    columns:
      'line bigint, workspace_id uuid, id uuid, parent_id uuid, title text, icon text, type text, archived boolean, viewers uuid[], external_id text, workspace_named text, parent_named text, viewers_named text[]',
  },
} as const

export type Kind = keyof typeof tables
export const kinds = Object.keys(tables) as Kind[]

/** Text waiting for its COPY, in characters: large enough to be worth a round trip. */
const copyAt = 250_000

export class Staging {
  readonly #client: PoolClient
  readonly #waiting: Record<Kind, string[]> = { user: [], workspace: [], member: [], page: [] }
  readonly #size: Record<Kind, number> = { user: 0, workspace: 0, member: 0, page: 0 }
  /** The COPY under way: the next lines are read while the server takes these. */
  #copying: Promise<void> = Promise.resolve()
  /** Whether some line gives or names a user by an external id. */
  namesUsers = false
  /** Lines of each kind. */
  readonly count: Record<Kind, number> = { user: 0, workspace: 0, member: 0, page: 0 }

  private constructor(client: PoolClient) {
    this.#client = client
  }

  static async open(client: PoolClient): Promise<Staging> {
    // Sorting and merging a million pages in memory instead of on disk; for this session only.
    await client.query(
      `set temp_buffers = '64MB'; set work_mem = '64MB'; set gin_pending_list_limit = '32MB'`,
    )
    for (const { name, columns } of Object.values(tables))
      await client.query(`create temporary table ${name} (${columns})`)
    return new Staging(client)
  }

  /** Takes one line; `passwordHash` belongs to a user's. */
  async add(number: number, line: DirectoryLine, passwordHash: string | null = null): Promise<void> {
    const row = rowOf(number, line, passwordHash)
    this.count[line.kind] += 1
    this.namesUsers ||= namesUser(line)
    this.#waiting[line.kind].push(row)
    this.#size[line.kind] += row.length
    if (this.#size[line.kind] >= copyAt) await this.#copy(line.kind)
  }

  /** Everything added is in its table, and the planner knows how much. */
  async finish(): Promise<void> {
    for (const kind of kinds) {
      await this.#copy(kind)
      await this.#copying
      await this.#client.query(`analyze ${tables[kind].name}`)
    }
  }

  async #copy(kind: Kind): Promise<void> {
    const text = this.#waiting[kind].join('')
    this.#waiting[kind] = []
    this.#size[kind] = 0
    if (text === '') return
    await this.#copying
    const copy = this.#client.query(copyFrom(`copy ${tables[kind].name} from stdin`))
    copy.end(text)
    this.#copying = finished(copy)
    // The next await gets its error; until then it must not count as an unhandled rejection.
    this.#copying.catch(() => {})
  }
}

function namesUser(line: DirectoryLine): boolean {
  if (line.kind === 'user') return line.externalId !== null
  if (line.kind === 'member') return line.user.externalId !== null
  return line.kind === 'page' && line.viewers?.some(one => one.externalId !== null) === true
}

/** One row in COPY's text format. */
function rowOf(number: number, line: DirectoryLine, passwordHash: string | null): string {
  switch (line.kind) {
    case 'page': {
      const { workspace, parent } = line
      const viewers = line.viewers ? `{${line.viewers.map(one => one.id).join(',')}}` : '\\N'
      return `${number}\t${workspace.id}\t${line.id}\t${parent?.id ?? '\\N'}\t${text(line.title)}\t${text(line.icon)}\t${line.type}\t${line.archived}\t${viewers}\t${text(line.externalId)}\t${text(workspace.externalId)}\t${text(parent?.externalId ?? null)}\t${text(namesOf(line.viewers))}\n`
    }
    case 'member': {
      const { workspace, user } = line
      return `${number}\t${workspace.id}\t${user.id}\t${line.role ?? '\\N'}\t${text(workspace.externalId)}\t${text(user.externalId)}\n`
    }
    case 'user': {
      const key = line.externalId === null ? '\\N' : keyOfExternalId('user', line.externalId)
      return `${number}\t${line.id}\t${text(line.email)}\t${text(line.name)}\t${text(line.avatarUrl)}\t${text(passwordHash)}\t${line.disabled}\t${text(line.externalId)}\t${key}\n`
    }
    case 'workspace':
      return `${number}\t${line.id}\t${text(line.name)}\t${text(line.icon)}\t${line.plan}\t${text(line.externalId)}\n`
  }
}

/** The external ids of viewers as a PostgreSQL array, with null for those named by UUID; null without external ids. */
function namesOf(viewers: Named[] | null): string | null {
  if (!viewers?.some(one => one.externalId !== null)) return null
  const items = viewers.map(({ externalId }) =>
    externalId === null ? 'NULL' : `"${externalId.replace(/[\\"]/g, '\\$&')}"`,
  )
  return `{${items.join(',')}}`
}

const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

function text(value: string | null): string {
  if (value === null) return '\\N'
  return value.replace(/[\\\t\n\r]/g, character => escapes[character]!)
}
