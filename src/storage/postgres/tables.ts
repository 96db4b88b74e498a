/**
 * Every table as TypeORM knows it, typed by the domain where the domain has the noun. Longer than other files because it is
 * one list. The schema itself is made by the migrations; test/contracts/tables.test.ts compares the two.
 */
import { EntitySchema, type EntitySchemaColumnOptions } from 'typeorm'
import type { InternalTokenRow, SecretRow } from '../../installs/actions/register-connection.ts'
import type { ApprovalRequest } from '../../installs/approval.ts'
import type { Connection } from '../../installs/connection.ts'
import type { Consent } from '../../installs/consent.ts'
import type { InstallEvent } from '../../installs/events.ts'
import type { HandOver } from '../../installs/hand-over.ts'
import type { HeldInstallation } from '../../installs/installation.ts'
import type { Policy, User, Workspace } from '../../installs/workspace.ts'

type Column<Value> = EntitySchemaColumnOptions &
  (unknown extends Value ? unknown : null extends Value ? { nullable: true } : { nullable?: never })
type Columns<Row> = { [Member in keyof Required<Row>]: Column<Row[Member]> }

/** A member's column has its name in snake case unless it says another. Every member of the row needs a column. */
function table<Row extends object>(name: string, columns: Columns<Row>): EntitySchema<Row> {
  const named = Object.entries(columns as Record<string, EntitySchemaColumnOptions>).map(
    ([member, column]) => [member, { name: snakeCase(member), ...column }],
  )
  return new EntitySchema<Row>({ name, columns: Object.fromEntries(named) })
}

/** A table that SQL alone reads and writes: its columns are listed, its rows have no type here. */
function sqlTable<Member extends string>(name: string, columns: Columns<Record<Member, unknown>>) {
  return table<Record<Member, unknown>>(name, columns)
}

/** The members of a row as a select list, each column under its member's name. */
export function selectList<Row>(entity: EntitySchema<Row>, ...without: (keyof Row & string)[]): string {
  return Object.entries(entity.options.columns as Record<string, EntitySchemaColumnOptions>)
    .filter(([member]) => !(without as string[]).includes(member))
    .map(([member, { name }]) => (name === member ? member : `${name} as "${member}"`))
    .join(', ')
}

const snakeCase = (member: string) => member.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)

const uuid = { type: 'uuid' } as const
const text = { type: 'text' } as const
const flag = { type: 'boolean' } as const
const time = { type: 'timestamptz' } as const
const json = { type: 'jsonb' } as const
const bytes = { type: 'bytea' } as const
const integer = { type: 'integer' } as const
const bigInteger = { type: 'bigint' } as const

const key = <C extends object>(column: C) => ({ ...column, primary: true as const })
const orNull = <C extends object>(column: C) => ({ ...column, nullable: true as const })
const list = <C extends object>(column: C) => ({ ...column, array: true as const })
/** Computed by PostgreSQL. */
const generated = <C extends object>(column: C) => ({ ...column, insert: false, update: false })

type Times = { createdAt: Date; updatedAt: Date }
const times = { createdAt: time, updatedAt: time }

// The directory.

type UserSecrets = { passwordHash: string | null; sandboxId: string | null }
type ExternalIds = { externalId: string | null; externalKey: string | null }

export const users = table<User & Times & UserSecrets & ExternalIds>('users', {
  id: key(uuid),
  email: text,
  name: text,
  avatarUrl: orNull(text),
  disabled: flag,
  passwordHash: orNull(text),
  sandboxId: orNull(uuid),
  externalId: orNull(text),
  externalKey: orNull(uuid),
  ...times,
})

export const workspaces = table<
  Workspace & Times & { sandboxOwner: string | null; externalId: string | null }
>('workspaces', {
  id: key(uuid),
  name: text,
  icon: orNull(text),
  plan: text,
  sandboxOwner: orNull(uuid),
  externalId: orNull(text),
  ...times,
})

export const directoryCursor = sqlTable('directory_cursor', {
  singleton: key(flag),
  seq: bigInteger,
  updatedAt: time,
})

export const directoryBatches = sqlTable('directory_batches', {
  keyHash: key(bytes),
  bodyHash: bytes,
  answer: json,
  createdAt: time,
})

export const adminCredentials = sqlTable('admin_credentials', {
  id: key(uuid),
  name: text,
  scopes: list(text),
  secretHash: bytes,
  hint: text,
  createdAt: time,
  revokedAt: orNull(time),
})

export const members = sqlTable('members', {
  workspaceId: key(uuid),
  userId: key(uuid),
  role: text,
  createdAt: time,
})

export const pages = sqlTable('pages', {
  workspaceId: key(uuid),
  id: key(uuid),
  parentId: orNull(uuid),
  rootIn: generated(orNull(uuid)),
  title: text,
  sortTitle: generated(text),
  icon: orNull(text),
  type: text,
  private: flag,
  archived: flag,
  createdBy: orNull(uuid),
  lastEditedBy: orNull(uuid),
  externalId: orNull(text),
  ...times,
})

export const pageViewers = sqlTable('page_viewers', {
  workspaceId: key(uuid),
  pageId: key(uuid),
  userId: key(uuid),
})

export const pagePaths = sqlTable('page_paths', {
  workspaceId: key(uuid),
  pageId: key(uuid),
  path: list(uuid),
  hidden: flag,
})

// Connections, and the rules about them.

export type ConnectionRow = Omit<Connection, 'hasLogo' | 'disabled'> &
  Times & {
    /** The address of the document of a published connection. */
    documentUrl: string | null
    documentFailedAt: Date | null
    registrationTokenHash: Buffer | null
    logo: Buffer | null
    logoType: string | null
    logoHash: string | null
    disabledAt: Date | null
    disabledBy: string | null
    deletedAt: Date | null
  }

export const connections = table<ConnectionRow>('connections', {
  id: key(uuid),
  kind: text,
  origin: text,
  documentUrl: orNull(text),
  documentFailedAt: orNull(time),
  registrationTokenHash: orNull(bytes),
  workspaceId: orNull(uuid),
  createdBy: orNull(uuid),
  name: text,
  description: orNull(text),
  developerName: orNull(text),
  website: orNull(text),
  installUrl: orNull(text),
  supportEmail: orNull(text),
  supportUrl: orNull(text),
  privacyUrl: orNull(text),
  termsUrl: orNull(text),
  clientType: text,
  redirectUris: list(text),
  jwks: orNull(json),
  jwksUri: orNull(text),
  capabilities: list(text),
  optionalCapabilities: list(text),
  requirePkce: flag,
  longLivedTokens: flag,
  leaveOutIss: flag,
  requireDpop: flag,
  deviceFlow: flag,
  requirePar: flag,
  resourceServer: flag,
  firstParty: flag,
  verified: flag,
  logo: orNull(bytes),
  logoType: orNull(text),
  logoHash: generated(orNull(text)),
  disabledAt: orNull(time),
  disabledBy: orNull(uuid),
  deletedAt: orNull(time),
  ...times,
})

export const resources = sqlTable('resources', {
  url: key(text),
  connectionId: uuid,
  createdAt: time,
})

type Used = { lastUsedAt: Date | null; revokedAt: Date | null }
const used = { lastUsedAt: orNull(time), revokedAt: orNull(time) }

export const connectionSecrets = table<SecretRow & Used>('connection_secrets', {
  id: key(uuid),
  connectionId: uuid,
  hash: { ...bytes, name: 'secret_hash' },
  hint: text,
  createdBy: orNull(uuid),
  createdAt: time,
  ...used,
})

export const workspacePolicies = table<
  Policy & { workspaceId: string; updatedBy: string | null; updatedAt: Date }
>('workspace_policies', {
  workspaceId: key(uuid),
  restrictInstalls: text,
  autoApproveFirstParty: flag,
  connectionCreation: text,
  agents: text,
  longestAccess: text,
  updatedBy: orNull(uuid),
  updatedAt: time,
})

export const operatorRules = sqlTable('operator_rules', { id: key(flag), agents: text })

export const approvals = sqlTable('approvals', {
  workspaceId: key(uuid),
  connectionId: key(uuid),
  approvedBy: orNull(uuid),
  approvedAt: time,
})

export const approvedPublishers = sqlTable('approved_publishers', {
  workspaceId: key(uuid),
  host: key(text),
  approvedBy: orNull(uuid),
  approvedAt: time,
})

export const approvalRequests = table<ApprovalRequest & { letsIn: boolean }>('approval_requests', {
  workspaceId: key(uuid),
  id: key(uuid),
  connectionId: uuid,
  userId: uuid,
  capabilities: list(text),
  reason: text,
  parameters: orNull(json),
  state: text,
  askedAt: time,
  expiresAt: time,
  decidedAt: orNull(time),
  decidedBy: orNull(uuid),
  answer: orNull(text),
  letsIn: flag,
})

// Installations and events.

type ConsentRow = Omit<Consent, 'accessEnd'> & AccessEndColumns
type AccessEndColumns = { accessDays: number | null; accessEndsAt: Date | null }

export const consents = table<ConsentRow>('consents', {
  id: key(uuid),
  workspaceId: uuid,
  connectionId: uuid,
  userId: uuid,
  capabilities: list(text),
  pages: { ...list(uuid), name: 'page_ids' },
  accessDays: orNull(integer),
  accessEndsAt: orNull(time),
  address: orNull(text),
  createdAt: time,
  expiresAt: time,
})

type InstallationRow = Omit<HeldInstallation, 'installerIsMember'> &
  Times &
  AccessEndColumns & {
    workspaceId: string
    capabilities: readonly string[]
    addedCapabilities: readonly string[]
    lastUsedAt: Date | null
  }

export const installations = table<InstallationRow>('installations', {
  workspaceId: key(uuid),
  id: key(uuid),
  connectionId: uuid,
  userId: orNull(uuid),
  state: text,
  stateReason: orNull(text),
  capabilities: list(text),
  addedCapabilities: list(text),
  accessDays: orNull(integer),
  accessEndsAt: orNull(time),
  lastUsedAt: orNull(time),
  ...times,
})

export const pageGrants = sqlTable('page_grants', {
  workspaceId: key(uuid),
  installationId: key(uuid),
  pageId: key(uuid),
  grantedBy: uuid,
  grantedAt: time,
})

export const internalTokens = table<InternalTokenRow & Used & { expiresAt: Date | null }>('internal_tokens', {
  id: key(uuid),
  workspaceId: uuid,
  installationId: uuid,
  hash: { ...bytes, name: 'token_hash' },
  sealed: { ...text, name: 'token_sealed' },
  createdBy: orNull(uuid),
  createdAt: time,
  expiresAt: orNull(time),
  ...used,
})

export const handOvers = table<HandOver & { decidedAt: Date | null }>('hand_overs', {
  workspaceId: key(uuid),
  id: key(uuid),
  installationId: uuid,
  fromUserId: uuid,
  toUserId: uuid,
  offeredBy: orNull(uuid),
  offeredAt: time,
  state: text,
  decidedAt: orNull(time),
})

export const events = table<Omit<InstallEvent, 'installerId'> & { installerId: string | null }>('events', {
  id: key(uuid),
  at: time,
  kind: text,
  workspaceId: orNull(uuid),
  connectionId: orNull(uuid),
  installationId: orNull(uuid),
  installerId: orNull(uuid),
  actorId: orNull(uuid),
  address: orNull(text),
  requestId: orNull(text),
  data: json,
})

// The provider's models.

export const authorizations = sqlTable('authorizations', {
  id: key(text),
  consentId: uuid,
  workspaceId: uuid,
  connectionId: uuid,
  userId: uuid,
  installationId: orNull(uuid),
  codeHash: orNull(bytes),
  payload: json,
  redeemedAt: orNull(time),
  redeemedBy: orNull(text),
  rivals: integer,
  createdAt: time,
  expiresAt: time,
})

const token = {
  tokenHash: key(bytes),
  grantId: text,
  payload: json,
  issuedAt: time,
  expiresAt: time,
}

export const accessTokens = sqlTable('access_tokens', token)
export const refreshTokens = sqlTable('refresh_tokens', { ...token, parentHash: orNull(bytes) })

// The developer's log.

export const flowAttempts = sqlTable('flow_attempts', {
  id: key(uuid),
  connectionId: uuid,
  uid: orNull(text),
  grantId: orNull(text),
  workspaceId: orNull(uuid),
  outcome: text,
  failureCode: orNull(text),
  startedAt: time,
  lastAt: time,
})

export const flowSteps = sqlTable('flow_steps', {
  id: key(uuid),
  attemptId: uuid,
  at: time,
  kind: text,
  requestId: orNull(text),
  failure: orNull(json),
  scope: orNull(text),
})

export const sweepMarks = sqlTable('sweep_marks', { name: key(text), reached: time })
const eventOutbox = sqlTable('event_outbox', { recordedAt: key(time), eventId: key(uuid) })

const webhookEvents = sqlTable('webhook_events', {
  seq: key(bigInteger),
  id: uuid,
  at: time,
  type: text,
  data: json,
  connectionId: orNull(uuid),
  installationId: orNull(uuid),
  numberedAt: time,
})

const webhookEndpoints = sqlTable('webhook_endpoints', {
  id: key(uuid),
  connectionId: orNull(uuid),
  url: text,
  types: list(text),
  createdAt: time,
  failingSince: orNull(time),
  disabledAt: orNull(time),
  disabledBecause: orNull(text),
})

const webhookSecrets = sqlTable('webhook_secrets', {
  id: key(uuid),
  endpointId: uuid,
  sealed: text,
  createdAt: time,
  expiresAt: orNull(time),
})

const webhookDeliveries = sqlTable('webhook_deliveries', {
  id: key(uuid),
  endpointId: uuid,
  messageId: uuid,
  seq: bigInteger,
  type: text,
  body: text,
  orderKey: orNull(uuid),
  state: text,
  attempts: integer,
  nextAt: time,
  claimedUntil: orNull(time),
  status: orNull(integer),
  fault: orNull(text),
  createdAt: time,
  doneAt: orNull(time),
})

const scimTokens = sqlTable('scim_tokens', {
  id: key(uuid),
  workspaceId: uuid,
  tokenHash: bytes,
  hint: text,
  createdAt: time,
  revokedAt: orNull(time),
})

const scimUsers = sqlTable('scim_users', {
  workspaceId: key(uuid),
  userId: key(uuid),
  userName: text,
  externalId: orNull(text),
  displayName: orNull(text),
  active: flag,
  owned: flag,
  resource: json,
  ...times,
})

const scimGroups = sqlTable('scim_groups', {
  workspaceId: key(uuid),
  id: key(uuid),
  externalId: orNull(text),
  displayName: text,
  members: list(uuid),
  ...times,
})

const mailOutbox = sqlTable('mail_outbox', {
  recordedAt: key(time),
  kind: key(text),
  subjectId: key(uuid),
})

const mails = sqlTable('mails', {
  id: key(uuid),
  userId: uuid,
  kind: text,
  groupId: uuid,
  subjectId: uuid,
  createdAt: time,
  dueAt: time,
  claimedUntil: orNull(time),
  attempts: integer,
  sentAt: orNull(time),
})

const switchedOffMails = sqlTable('switched_off_mails', {
  userId: key(uuid),
  kind: key(text),
  switchedAt: time,
})

const liveHosts = sqlTable('live_hosts', {
  id: key(uuid),
  name: text,
  keys: list(text),
  writesWith: text,
  wroteWith: orNull(text),
  switchedAt: time,
  seenAt: time,
})

export const tables = [
  users,
  workspaces,
  members,
  adminCredentials,
  resources,
  directoryCursor,
  directoryBatches,
  pages,
  pageViewers,
  pagePaths,
  connections,
  connectionSecrets,
  workspacePolicies,
  operatorRules,
  approvedPublishers,
  approvals,
  approvalRequests,
  consents,
  installations,
  pageGrants,
  internalTokens,
  handOvers,
  events,
  authorizations,
  accessTokens,
  refreshTokens,
  flowAttempts,
  flowSteps,
  sweepMarks,
  liveHosts,
  scimTokens,
  scimUsers,
  scimGroups,
  eventOutbox,
  webhookEvents,
  webhookEndpoints,
  webhookSecrets,
  webhookDeliveries,
  mailOutbox,
  mails,
  switchedOffMails,
]
