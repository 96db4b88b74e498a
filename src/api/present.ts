/** Our nouns in the partners' dialect of JSON. Members that we have nothing for are present and empty: client types ask for them. */
import type { Bearer, ReachedPage } from '../installs/bearer.ts'
import { userInformation } from '../installs/capability.ts'
import type { Child, Person } from './needs.ts'

const fileLimitBytes = 5 * 1024 * 1024
/** Where the directory does not say who made or changed a page. */
const nobody = '00000000-0000-0000-0000-000000000000'

export function presentPage(page: ReachedPage, bearer: Bearer, issuer: string, inTrash = false) {
  return {
    object: 'page',
    id: page.id,
    created_time: page.createdAt.toISOString(),
    last_edited_time: page.updatedAt.toISOString(),
    in_trash: inTrash,
    archived: inTrash,
    is_archived: inTrash,
    is_locked: false,
    url: addressOf(page, bearer, issuer),
    public_url: null,
    parent: presentParent(page),
    properties: { title: { id: 'title', type: 'title', title: richText(page.title) } },
    icon: presentIcon(page),
    cover: null,
    created_by: presentUserId(page.createdBy),
    last_edited_by: presentUserId(page.lastEditedBy),
  }
}

/** A database as search lists it, for clients that know data sources (API versions from 2025-09-03 on) or not yet. */
export function presentDatabase(
  page: ReachedPage,
  bearer: Bearer,
  issuer: string,
  named: 'database' | 'data_source',
) {
  const { is_archived, is_locked, properties, parent, ...shared } = presentPage(page, bearer, issuer)
  const database = {
    ...shared,
    title: richText(page.title),
    description: [],
    is_inline: false,
    properties: { Name: { id: 'title', name: 'Name', type: 'title', description: null, title: {} } },
  }
  return named === 'database'
    ? { ...database, object: 'database', parent }
    : {
        ...database,
        object: 'data_source',
        parent: { type: 'database_id', database_id: page.id },
        database_parent: parent,
      }
}

/** A child page as a block of its parent. */
export function presentChild(child: Child) {
  const type = child.type === 'database' ? 'child_database' : 'child_page'
  return {
    object: 'block',
    id: child.id,
    parent: presentParent(child),
    created_time: child.createdAt.toISOString(),
    last_edited_time: child.updatedAt.toISOString(),
    created_by: presentUserId(child.createdBy),
    last_edited_by: presentUserId(child.lastEditedBy),
    has_children: child.hasChildren,
    in_trash: false,
    archived: false,
    type,
    [type]: { title: child.title },
  }
}

/** E-mail addresses only for whoever was allowed to read them. */
export function presentPerson(person: Person, bearer: Bearer) {
  const told = userInformation(bearer.capabilities)
  return {
    object: 'user',
    id: person.id,
    type: 'person',
    name: person.name,
    avatar_url: person.avatarUrl,
    person: told === 'with-email' ? { email: person.email } : {},
  }
}

/** The bearer himself. His owner is told by name only where the bearer may read users. */
export function presentBot(bearer: Bearer, workspaceName: string, owner: Person | null) {
  return {
    object: 'user',
    id: bearer.installationId,
    type: 'bot',
    name: bearer.connectionName,
    avatar_url: null,
    bot: {
      owner: presentOwner(bearer, owner),
      workspace_id: bearer.workspaceId,
      workspace_name: workspaceName,
      workspace_limits: { max_file_upload_size_in_bytes: fileLimitBytes },
    },
  }
}

function presentOwner(bearer: Bearer, owner: Person | null) {
  if (owner === null) return { type: 'workspace', workspace: true }
  const anonymous = userInformation(bearer.capabilities) === 'none'
  return {
    type: 'user',
    user: anonymous ? { object: 'user', id: owner.id } : presentPerson(owner, bearer),
  }
}

/** `type` names the member that says what kind of list it is, empty as clients expect it. */
export function presentList(type: string, results: unknown[], nextCursor: string | null) {
  return { object: 'list', type, [type]: {}, results, next_cursor: nextCursor, has_more: nextCursor !== null }
}

/** A parent that the bearer does not reach is not named. */
function presentParent(page: ReachedPage) {
  return page.parentId !== null && page.parentReached
    ? { type: 'page_id', page_id: page.parentId }
    : { type: 'workspace', workspace: true }
}

function presentIcon(page: ReachedPage) {
  return page.icon === null ? null : { type: 'emoji', emoji: page.icon }
}

function presentUserId(id: string | null) {
  return { object: 'user', id: id ?? nobody }
}

function addressOf(page: ReachedPage, bearer: Bearer, issuer: string): string {
  return `${issuer}/w/${bearer.workspaceId}/p/${page.id}`
}

const plain = {
  bold: false,
  italic: false,
  strikethrough: false,
  underline: false,
  code: false,
  color: 'default',
}

function richText(text: string) {
  if (text === '') return []
  return [
    { type: 'text', text: { content: text, link: null }, annotations: plain, plain_text: text, href: null },
  ]
}
