/** Pages, databases and blocks in the answers. Members that the directory has no data for are present and empty: client types need them. */
import { z } from 'zod'
import type { Bearer, ReachedPage } from '../../installs/bearer.ts'
import type { Child } from '../ports.ts'
import { presentUserId, UserId } from './people.ts'
import { presentRichText, RichText } from './rich-text.ts'
import { always, component, id, time, url } from './schema.ts'

const Parent = component(
  'Parent',
  z
    .discriminatedUnion('type', [
      z.object({ type: always('workspace'), workspace: z.literal(true).describe('Always true.') }),
      z.object({ type: always('page_id'), page_id: id.describe('The page that it is below.') }),
    ])
    .describe('A parent that the token does not reach is shown as the workspace.'),
)

const Emoji = component(
  'Emoji',
  z.object({ type: always('emoji'), emoji: z.string().describe('The emoji itself.') }),
)

const trashed = z.boolean().describe('Always the same as in_trash.')
const parent = Parent.describe('The parent, as far as the token reaches.')
const authors = {
  created_by: UserId.describe('The user or bot that created it.'),
  last_edited_by: UserId.describe('The user or bot that last changed it.'),
}
const times = {
  created_time: time.describe('The time of its creation.'),
  last_edited_time: time.describe('The time of its last change.'),
}

const shared = {
  id: id.describe('The id of the page.'),
  ...times,
  in_trash: z.boolean().describe('Whether it is in the trash.'),
  archived: trashed,
  url: url.describe('The address at which a member opens it.'),
  public_url: z.null().describe('Always null: no page is public.'),
  icon: Emoji.nullable().describe('Its emoji; null where it has none.'),
  cover: z.null().describe('Always null: pages have no cover.'),
  ...authors,
}

export const Page = component(
  'Page',
  z.object({
    object: always('page'),
    ...shared,
    is_archived: trashed,
    is_locked: z.boolean().describe('Always false: pages are not locked.'),
    parent,
    properties: z
      .object({
        title: z
          .object({
            id: z.literal('title').describe('The id of the only property.'),
            type: z.literal('title').describe('The type of the only property.'),
            title: RichText.describe('The text; empty without a title.'),
          })
          .describe('The title.'),
      })
      .describe('The properties: a page has its title.'),
  }),
)

const database = {
  ...shared,
  title: RichText.describe('The title; empty without one.'),
  description: RichText.describe('Always empty.'),
  is_inline: z.boolean().describe('Always false.'),
  properties: z.record(z.string(), z.unknown()).describe('The columns: the title alone.'),
}

export const Database = component(
  'Database',
  z
    .object({ object: always('database'), ...database, parent })
    .describe('A database, for a Notion-Version before 2025-09-03.'),
)

export const DataSource = component(
  'DataSource',
  z
    .object({
      object: always('data_source'),
      ...database,
      parent: z
        .object({
          type: always('database_id'),
          database_id: id.describe('The database that it is of: the same id.'),
        })
        .describe('Its database.'),
      database_parent: Parent.describe('The parent of its database, as far as the token reaches.'),
    })
    .describe('A database, from the Notion-Version 2025-09-03 on.'),
)

export const ChildBlock = component(
  'ChildBlock',
  z.object({
    object: always('block'),
    id: id.describe('The id of the page.'),
    type: z
      .enum(['child_page', 'child_database'])
      .describe('The one of the two members below that is present.'),
    has_children: z.boolean().describe('Whether there are pages below it.'),
    in_trash: z.boolean().describe('Always false: pages in the trash are not listed.'),
    archived: trashed,
    ...times,
    ...authors,
    parent,
    child_page: z
      .object({ title: z.string().describe('Its title.') })
      .optional()
      .describe('Present for a page.'),
    child_database: z
      .object({ title: z.string().describe('Its title.') })
      .optional()
      .describe('Present for a database.'),
  }),
)

export function presentPage(
  page: ReachedPage,
  bearer: Bearer,
  issuer: string,
  inTrash = false,
): z.input<typeof Page> {
  return {
    object: 'page',
    id: page.id,
    created_time: page.createdAt.toISOString(),
    last_edited_time: page.updatedAt.toISOString(),
    in_trash: inTrash,
    archived: inTrash,
    is_archived: inTrash,
    is_locked: false,
    url: `${issuer}/w/${bearer.workspaceId}/p/${page.id}`,
    public_url: null,
    parent: presentParent(page),
    properties: { title: { id: 'title', type: 'title', title: presentRichText(page.title) } },
    icon: page.icon === null ? null : { type: 'emoji', emoji: page.icon },
    cover: null,
    created_by: presentUserId(page.createdBy),
    last_edited_by: presentUserId(page.lastEditedBy),
  }
}

/** A database as search lists it, for clients that know data sources (from version 2025-09-03 on) and for older ones. */
export function presentDatabase(
  page: ReachedPage,
  bearer: Bearer,
  issuer: string,
  named: 'database' | 'data_source',
): z.input<typeof Database> | z.input<typeof DataSource> {
  const { is_archived, is_locked, properties, parent, ...common } = presentPage(page, bearer, issuer)
  const members = {
    ...common,
    title: properties.title.title,
    description: [],
    is_inline: false,
    properties: { Name: { id: 'title', name: 'Name', type: 'title', description: null, title: {} } },
  }
  return named === 'database'
    ? { ...members, object: 'database', parent }
    : {
        ...members,
        object: 'data_source',
        parent: { type: 'database_id', database_id: page.id },
        database_parent: parent,
      }
}

/** A child page as a block of its parent. */
export function presentChild(child: Child): z.input<typeof ChildBlock> {
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

/** A parent that the bearer does not reach is not named. */
function presentParent(page: ReachedPage): z.input<typeof Parent> {
  return page.parentId !== null && page.parentReached
    ? { type: 'page_id', page_id: page.parentId }
    : { type: 'workspace', workspace: true }
}
