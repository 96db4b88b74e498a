/** One line of the directory: a JSON object that says all of a user, a workspace, a member or a page. */
import { keyOfExternalId } from '../../../installs/external-id.ts'
import type { Plan, Role } from '../../../installs/workspace.ts'
import { Fields, LineError, maxAddressLength, type Named } from './fields.ts'

export type UserLine = {
  kind: 'user'
  id: string
  /** null leaves the one that is kept. */
  externalId: string | null
  email: string
  name: string
  avatarUrl: string | null
  /** Plain; undefined leaves the one that is kept. */
  password: string | undefined
  disabled: boolean
}
export type WorkspaceLine = {
  kind: 'workspace'
  id: string
  externalId: string | null
  name: string
  icon: string | null
  plan: Plan
}
export type MemberLine = {
  kind: 'member'
  workspace: Named
  user: Named
  /** null: the member is removed. */
  role: Role | null
}
export type PageLine = {
  kind: 'page'
  workspace: Named
  id: string
  externalId: string | null
  parent: Named | null
  title: string
  icon: string | null
  type: 'page' | 'database'
  archived: boolean
  /** null: open, or inherited from above. */
  viewers: Named[] | null
}
/** `seq`: the host's own number of the change, for feeds. */
export type DirectoryLine = (UserLine | WorkspaceLine | MemberLine | PageLine) & { seq?: number }

const maxTitleLength = 2_000
const maxTextLength = 500

/**
 * Reads one line. Absent members take their defaults, except a password.
 * @throws LineError
 */
export function readLine(text: string): DirectoryLine {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new LineError('it is no JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new LineError('it is no JSON object')
  const fields = new Fields(value as Record<string, unknown>)
  const line = readKind(fields)
  return fields.has('seq') ? { ...line, seq: fields.whole('seq') } : line
}

function readKind(fields: Fields): DirectoryLine {
  switch (fields.text('kind', 20)) {
    case 'page':
      return readPage(fields)
    case 'member':
      return readMember(fields)
    case 'user':
      return readUser(fields)
    case 'workspace':
      return readWorkspace(fields)
    default:
      throw new LineError(`the kind ${fields.shown('kind')} is unknown (user, workspace, member or page)`)
  }
}

const userMembers = new Set([
  'kind',
  'seq',
  'id',
  'external_id',
  'email',
  'name',
  'avatar_url',
  'password',
  'disabled',
])
const workspaceMembers = new Set(['kind', 'seq', 'id', 'external_id', 'name', 'icon', 'plan'])
const memberMembers = new Set([
  'kind',
  'seq',
  'workspace_id',
  'workspace_external_id',
  'user_id',
  'user_external_id',
  'role',
  'removed',
])
const pageMembers = new Set([
  'kind',
  'seq',
  'id',
  'external_id',
  'workspace_id',
  'workspace_external_id',
  'parent_id',
  'parent_external_id',
  'title',
  'icon',
  'private_to',
  'archived',
  'type',
])

const userKey = (externalId: string) => keyOfExternalId('user', externalId)
const workspaceKey = (externalId: string) => keyOfExternalId('workspace', externalId)

function readUser(fields: Fields): UserLine {
  fields.only(userMembers)
  const email = fields.text('email', 320)
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) throw new LineError(`email is no address: ${fields.shown('email')}`)
  // The one kind of which both ids may be given: a host that has imported by UUID signs its people in by its own.
  const externalId = fields.optionalExternalId('external_id')
  return {
    kind: 'user',
    id: externalId === null || fields.has('id') ? fields.id('id') : keyOfExternalId('user', externalId),
    externalId,
    email,
    name: fields.text('name', maxTextLength),
    avatarUrl: fields.webAddress('avatar_url'),
    password: fields.optionalText('password', 1_000) ?? undefined,
    disabled: fields.flag('disabled'),
  }
}

function readWorkspace(fields: Fields): WorkspaceLine {
  fields.only(workspaceMembers)
  const { id, externalId } = fields.named('id', 'external_id', workspaceKey)
  return {
    kind: 'workspace',
    id,
    externalId,
    name: fields.text('name', maxTextLength),
    icon: fields.optionalText('icon', maxTextLength),
    plan: fields.oneOf('plan', ['free', 'plus', 'business', 'enterprise']),
  }
}

function readMember(fields: Fields): MemberLine {
  fields.only(memberMembers)
  const removed = fields.flag('removed')
  return {
    kind: 'member',
    workspace: fields.named('workspace_id', 'workspace_external_id', workspaceKey),
    user: fields.named('user_id', 'user_external_id', userKey),
    role: removed && !fields.has('role') ? null : readRole(fields, removed),
  }
}

function readRole(fields: Fields, removed: boolean): Role | null {
  const role = fields.oneOf('role', ['owner', 'member', 'guest'])
  return removed ? null : role
}

function readPage(fields: Fields): PageLine {
  fields.only(pageMembers)
  if (!fields.has('external_id')) fields.id('id')
  const workspace = fields.named('workspace_id', 'workspace_external_id', workspaceKey)
  const pageKey = (externalId: string) => keyOfExternalId('page', externalId, workspace.id)
  const { id, externalId } = fields.named('id', 'external_id', pageKey)
  const parent =
    fields.has('parent_id') || fields.has('parent_external_id')
      ? fields.named('parent_id', 'parent_external_id', pageKey)
      : null
  if (parent?.id === id) throw new LineError('the page is its own parent')
  const viewers = fields.namedUsers('private_to', userKey)
  if (viewers && parent) throw new LineError('private_to is on a page below another; only a root has it')
  return {
    kind: 'page',
    workspace,
    id,
    externalId,
    parent,
    title: fields.text('title', maxTitleLength, 0),
    icon: fields.optionalText('icon', maxAddressLength),
    type: fields.has('type') ? fields.oneOf('type', ['page', 'database']) : 'page',
    archived: fields.flag('archived'),
    viewers,
  }
}
