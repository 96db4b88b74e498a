/** The shapes of the partner API, as JSON Schema (the dialect of OpenAPI 3.1). A table: long, and nothing is decided in it. */
import { capabilities } from '../../installs/capability.ts'

export type Schema = Record<string, unknown>

const text: Schema = { type: 'string' }
const uuid: Schema = { type: 'string', format: 'uuid' }
const time: Schema = { type: 'string', format: 'date-time' }
const flag: Schema = { type: 'boolean' }
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] })
const only = (...values: unknown[]): Schema => ({ enum: values })
const listOf = (items: Schema): Schema => ({ type: 'array', items })
export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` })

/** Every member is there unless it is named in `optional`. */
function object(properties: Record<string, Schema>, optional: string[] = [], more: Schema = {}): Schema {
  return {
    type: 'object',
    properties,
    required: Object.keys(properties).filter(name => !optional.includes(name)),
    ...more,
  }
}

const paged = (items: Schema, type: string): Schema =>
  object({
    object: only('list'),
    type: only(type),
    [type]: { type: 'object' },
    results: listOf(items),
    next_cursor: orNull(text),
    has_more: flag,
  })

const pageMembers = {
  object: only('page'),
  id: uuid,
  created_time: time,
  last_edited_time: time,
  in_trash: flag,
  archived: flag,
  is_archived: flag,
  is_locked: flag,
  url: { type: 'string', format: 'uri' },
  public_url: { type: 'null' },
  parent: ref('Parent'),
  properties: object({ title: object({ id: only('title'), type: only('title'), title: ref('RichText') }) }),
  icon: orNull(ref('Emoji')),
  cover: { type: 'null' },
  created_by: ref('UserId'),
  last_edited_by: ref('UserId'),
}

export const schemas: Record<string, Schema> = {
  Parent: {
    oneOf: [
      object({ type: only('workspace'), workspace: only(true) }),
      object({ type: only('page_id'), page_id: uuid }),
    ],
    description:
      'A parent that the token does not reach is not named: the page then stands in the workspace.',
  },
  RichText: listOf(
    object({
      type: only('text'),
      text: object({ content: text, link: { type: 'null' } }),
      annotations: { type: 'object' },
      plain_text: text,
      href: { type: 'null' },
    }),
  ),
  Emoji: object({ type: only('emoji'), emoji: text }),
  UserId: object({ object: only('user'), id: uuid }),
  Person: object(
    {
      object: only('user'),
      id: uuid,
      type: only('person'),
      name: text,
      avatar_url: orNull(text),
      person: object({ email: text }, ['email']),
    },
    [],
    { description: 'The e-mail address is there for tokens with read_user_with_email only.' },
  ),
  Owner: {
    oneOf: [
      object({ type: only('user'), user: { anyOf: [ref('Person'), ref('UserId')] } }),
      object({ type: only('workspace'), workspace: only(true) }),
    ],
  },
  Bot: object({
    object: only('user'),
    id: uuid,
    type: only('bot'),
    name: text,
    avatar_url: orNull(text),
    bot: object({
      owner: ref('Owner'),
      workspace_id: uuid,
      workspace_name: text,
      workspace_limits: object({ max_file_upload_size_in_bytes: { type: 'integer' } }),
    }),
  }),
  Page: object(pageMembers),
  ChildBlock: object(
    {
      object: only('block'),
      id: uuid,
      type: only('child_page', 'child_database'),
      has_children: flag,
      in_trash: flag,
      archived: flag,
      created_time: time,
      last_edited_time: time,
      created_by: ref('UserId'),
      last_edited_by: ref('UserId'),
      parent: ref('Parent'),
      child_page: object({ title: text }),
      child_database: object({ title: text }),
    },
    ['child_page', 'child_database'],
  ),
  SearchResults: paged({ type: 'object', required: ['object', 'id'] }, 'page_or_data_source'),
  UserList: paged(ref('Person'), 'user'),
  BlockList: paged(ref('ChildBlock'), 'block'),
  Error: object(
    {
      object: only('error'),
      status: { type: 'integer' },
      code: text,
      message: text,
      request_id: uuid,
      additional_data: { type: 'object' },
    },
    ['additional_data'],
  ),
  OAuthError: object({
    error: text,
    error_description: text,
    object: only('error'),
    status: { type: 'integer' },
    code: text,
    message: text,
    request_id: uuid,
  }),
  Tokens: object(
    {
      access_token: { type: 'string', pattern: '^lka_' },
      refresh_token: { type: 'string', pattern: '^lkr_' },
      token_type: only('bearer'),
      expires_in: { type: 'integer' },
      scope: { type: 'string', description: `Of ${capabilities.join(', ')}, separated by spaces.` },
      bot_id: uuid,
      workspace_id: uuid,
      workspace_name: orNull(text),
      workspace_icon: orNull(text),
      owner: ref('Owner'),
      duplicated_template_id: { type: 'null' },
      request_id: uuid,
    },
    ['refresh_token', 'expires_in'],
  ),
  Introspection: {
    oneOf: [
      object({ active: only(false), request_id: uuid }),
      object(
        {
          active: only(true),
          scope: text,
          client_id: uuid,
          sub: text,
          iat: { type: 'integer' },
          exp: { type: 'integer' },
          token_type: text,
          workspace_id: uuid,
          bot_id: uuid,
          authorization_details: listOf(
            object({ type: only('workspace_pages'), workspace_id: uuid, page_ids: listOf(uuid) }),
          ),
          request_id: uuid,
        },
        ['exp', 'sub'],
      ),
    ],
  },
  Revocation: object({ request_id: uuid }),
  AccessCheck: object({ object: only('access_check'), active: flag, page_ids: listOf(uuid) }),
}
