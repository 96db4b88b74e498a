/** The shapes of the partner API, as JSON Schema (the dialect of OpenAPI 3.1). A table: long, and nothing is decided in it. */
import { capabilities } from '../../installs/capability.ts'

export type Schema = Record<string, unknown>

const text: Schema = { type: 'string' }
const uuid: Schema = { type: 'string', format: 'uuid' }
const time: Schema = { type: 'string', format: 'date-time' }
const flag: Schema = { type: 'boolean' }
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] })
const only = (...values: unknown[]): Schema => ({ enum: values })
const whole: Schema = { type: 'integer' }
const nothing: Schema = { type: 'null' }
const listOf = (items: Schema): Schema => ({ type: 'array', items })
export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` })

/** A member, and what it says in one sentence. */
const says = (sentence: string, schema: Schema = text): Schema => ({ ...schema, description: sentence })

/** Every member is there unless it is named in `optional`. */
function object(properties: Record<string, Schema>, optional: string[] = [], more: Schema = {}): Schema {
  return {
    type: 'object',
    properties,
    required: Object.keys(properties).filter(name => !optional.includes(name)),
    ...more,
  }
}

const is = (word: string) => says(`Always “${word}”.`, only(word))
const requestId = says('The id to search the log for.', uuid)

const paged = (items: Schema, type: string): Schema =>
  object({
    object: is('list'),
    type: says('What the list holds.', only(type)),
    [type]: says('Always empty.', { type: 'object' }),
    results: says('What was found, at most page_size of it.', listOf(items)),
    next_cursor: says('The start_cursor of the next request; null at the end.', orNull(text)),
    has_more: says('Whether there is a next window.', flag),
  })

const author = (sentence: string) => says(sentence, ref('UserId'))
const trashed = says('Always the same as in_trash.', flag)
const sharedMembers = {
  id: says('The id of the page.', uuid),
  created_time: says('When it was made.', time),
  last_edited_time: says('When it was last changed.', time),
  in_trash: says('Whether it is in the trash.', flag),
  archived: trashed,
  url: says('Where a member opens it.', { type: 'string', format: 'uri' }),
  public_url: says('Always null: no page is public.', nothing),
  icon: says('Its emoji; null where it has none.', orNull(ref('Emoji'))),
  cover: says('Always null: pages have no cover.', nothing),
  created_by: author('Who made it.'),
  last_edited_by: author('Who changed it last.'),
}
const parent = says('Where it stands, as far as the token reaches.', ref('Parent'))
const titleId = says('The id of the only property.', only('title'))

export const schemas: Record<string, Schema> = {
  Parent: {
    oneOf: [
      object({ type: is('workspace'), workspace: says('Always true.', only(true)) }),
      object({ type: is('page_id'), page_id: says('The page that it stands below.', uuid) }),
    ],
    description:
      'A parent that the token does not reach is not named: the page then stands in the workspace.',
  },
  RichText: listOf(
    object({
      type: is('text'),
      text: says(
        'The text as it was written.',
        object({
          content: says('The words.'),
          link: says('Always null: titles hold no links.', nothing),
        }),
      ),
      annotations: says(
        'How it is set: always plain.',
        object({
          bold: says('Always false.', flag),
          italic: says('Always false.', flag),
          strikethrough: says('Always false.', flag),
          underline: says('Always false.', flag),
          code: says('Always false.', flag),
          color: is('default'),
        }),
      ),
      plain_text: says('The words again, without anything else.'),
      href: says('Always null: titles hold no links.', nothing),
    }),
  ),
  Emoji: object({ type: is('emoji'), emoji: says('The emoji itself.') }),
  UserId: object({
    object: is('user'),
    id: says('The id of the person; zeros where nobody is known.', uuid),
  }),
  Person: object(
    {
      object: is('user'),
      id: says('The id of the person.', uuid),
      type: is('person'),
      name: says('The name as the workspace shows it.'),
      avatar_url: says('The address of a picture; null where there is none.', orNull(text)),
      person: says(
        'What only people have.',
        object({ email: says('There for tokens with read_user_with_email only.') }, ['email']),
      ),
    },
    [],
    { description: 'The e-mail address is there for tokens with read_user_with_email only.' },
  ),
  Owner: {
    oneOf: [
      object({
        type: is('user'),
        user: says('Who installed, with a name where it may be read.', {
          anyOf: [ref('Person'), ref('UserId')],
        }),
      }),
      object({ type: is('workspace'), workspace: says('Always true.', only(true)) }),
    ],
  },
  Bot: object({
    object: is('user'),
    id: says('The bot_id of the installation.', uuid),
    type: is('bot'),
    name: says('The name of the connection.'),
    avatar_url: says('The address of the logo; null where there is none.', orNull(text)),
    bot: says(
      'What only bots have.',
      object({
        owner: says('For whom it acts.', ref('Owner')),
        workspace_id: says('The workspace that it is installed in.', uuid),
        workspace_name: says('The name of that workspace.'),
        workspace_limits: says(
          'What the workspace allows.',
          object({ max_file_upload_size_in_bytes: says('The largest file, in bytes.', whole) }),
        ),
      }),
    ),
  }),
  Page: object({
    object: is('page'),
    ...sharedMembers,
    is_archived: trashed,
    is_locked: says('Always false: pages are not locked.', flag),
    parent,
    properties: says(
      'The properties: a page has its title.',
      object({
        title: says(
          'The title.',
          object({
            id: titleId,
            type: titleId,
            title: says('The words; empty without a title.', ref('RichText')),
          }),
        ),
      }),
    ),
  }),
  ChildBlock: object(
    {
      object: is('block'),
      id: says('The id of the page.', uuid),
      type: says('Which of the two members below is there.', only('child_page', 'child_database')),
      has_children: says('Whether pages stand below it.', flag),
      in_trash: says('Always false: what is in the trash is not listed.', flag),
      archived: trashed,
      created_time: says('When it was made.', time),
      last_edited_time: says('When it was last changed.', time),
      created_by: author('Who made it.'),
      last_edited_by: author('Who changed it last.'),
      parent,
      child_page: says('There for a page.', object({ title: says('Its title.') })),
      child_database: says('There for a database.', object({ title: says('Its title.') })),
    },
    ['child_page', 'child_database'],
  ),
  SearchResults: paged(
    says('A Page, or a database with its title and description.', {
      type: 'object',
      required: ['object', 'id'],
    }),
    'page_or_data_source',
  ),
  UserList: paged(ref('Person'), 'user'),
  BlockList: paged(ref('ChildBlock'), 'block'),
  Error: object(
    {
      object: is('error'),
      status: says('The HTTP status.', whole),
      code: says('The reason, for programs.'),
      message: says('The reason, for people.'),
      request_id: requestId,
      additional_data: says('More about the reason, where there is more.', { type: 'object' }),
    },
    ['additional_data'],
  ),
  OAuthError: object({
    error: says('The reason as OAuth names it.'),
    error_description: says('The reason, for people.'),
    object: is('error'),
    status: says('The HTTP status.', whole),
    code: says('The same as error.'),
    message: says('The same as error_description.'),
    request_id: requestId,
  }),
  Tokens: object(
    {
      access_token: says('What calls are made with.', { type: 'string', pattern: '^lka_' }),
      refresh_token: says('What the next tokens are asked for with.', { type: 'string', pattern: '^lkr_' }),
      token_type: is('bearer'),
      expires_in: says('The seconds until the access token ends; absent where it does not.', whole),
      scope: says(`Of ${capabilities.join(', ')}, separated by spaces.`),
      bot_id: says('The id of the installation, the same after each refresh.', uuid),
      workspace_id: says('The workspace that it is installed in.', uuid),
      workspace_name: says('The name of that workspace.', orNull(text)),
      workspace_icon: says('The icon of that workspace; null where it has none.', orNull(text)),
      owner: says('For whom the installation acts.', ref('Owner')),
      duplicated_template_id: says('Always null: there are no templates.', nothing),
      request_id: requestId,
    },
    ['refresh_token', 'expires_in'],
  ),
  Introspection: {
    oneOf: [
      object({
        active: says('The token may do nothing at this moment.', only(false)),
        request_id: requestId,
      }),
      object(
        {
          active: says('The token is in force.', only(true)),
          scope: says('What it may do, separated by spaces.'),
          client_id: says('The connection that it was issued to.', uuid),
          sub: says('Who allowed access; the bot where it is nobody.'),
          iss: says('The address of this server.'),
          iat: says('When it was issued, in seconds since 1970.', whole),
          exp: says('When it ends, in seconds since 1970; absent where it does not.', whole),
          token_type: says('Always “bearer”; absent for refresh tokens.', only('bearer')),
          workspace_id: says('The workspace that it is for.', uuid),
          bot_id: says('The id of the installation.', uuid),
          authorization_details: says(
            'The pages that it reaches.',
            listOf(
              object({
                type: is('workspace_pages'),
                workspace_id: says('The workspace of the pages.', uuid),
                page_ids: says('The chosen pages that are in force at this moment.', listOf(uuid)),
              }),
            ),
          ),
          request_id: requestId,
        },
        ['exp', 'token_type'],
      ),
    ],
  },
  Revocation: object({ request_id: requestId }),
  AccessCheck: object({
    object: is('access_check'),
    active: says('Whether the token is in force.', flag),
    page_ids: says('Of the pages asked about, those that it may do this to.', listOf(uuid)),
  }),
}
