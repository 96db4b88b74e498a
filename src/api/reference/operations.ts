/** Every call of the partner API: what it takes, what it answers. A table. */
import { capabilities } from '../../installs/capability.ts'
import { ref, type Schema } from './schemas.ts'

export type Operation = {
  method: 'get' | 'post' | 'patch'
  path: string
  id: string
  summary: string
  description: string
  /** Who may call: a token, or the connection with its secret. */
  by: 'token' | 'client'
  query?: Record<string, Schema>
  body?: { schema: Schema; form: boolean }
  answer: string
  /** How it refuses, where that is not as all of its kind do. */
  refusal?: 'Error'
}

const page: Schema = { page_size: { type: 'integer', minimum: 1, maximum: 100, default: 100 } }
const cursor: Schema = { type: 'string', description: 'The next_cursor of the answer before.' }
const text: Schema = { type: 'string' }
const windows = { start_cursor: cursor, page_size: page.page_size as Schema }
const titled: Schema = {
  type: 'object',
  properties: {
    properties: { type: 'object', description: 'title: an array of rich text.' },
    icon: { anyOf: [ref('Emoji'), { type: 'null' }] },
  },
}

export const operations: readonly Operation[] = [
  {
    method: 'post',
    path: '/v1/oauth/token',
    id: 'token',
    summary: 'Redeem a code, or refresh',
    description:
      'A refresh answers with a new access token and a new refresh token; a retry of a lost answer works for 60 seconds.',
    by: 'client',
    body: {
      form: true,
      schema: {
        type: 'object',
        required: ['grant_type'],
        properties: {
          grant_type: { enum: ['authorization_code', 'refresh_token'] },
          code: text,
          redirect_uri: text,
          code_verifier: text,
          refresh_token: text,
          scope: text,
        },
      },
    },
    answer: 'Tokens',
  },
  {
    method: 'post',
    path: '/v1/oauth/introspect',
    id: 'introspect',
    summary: 'Ask about a token',
    description:
      'The page set is what is in force at the moment of asking. A connection may ask about its own tokens.',
    by: 'client',
    body: {
      form: true,
      schema: { type: 'object', required: ['token'], properties: { token: text, token_type_hint: text } },
    },
    answer: 'Introspection',
  },
  {
    method: 'post',
    path: '/v1/oauth/revoke',
    id: 'revoke',
    summary: 'Give tokens back',
    description: 'Either token ends all tokens of its authorization.',
    by: 'client',
    body: {
      form: true,
      schema: { type: 'object', required: ['token'], properties: { token: text, token_type_hint: text } },
    },
    answer: 'Revocation',
  },
  {
    method: 'post',
    path: '/v1/access-checks',
    id: 'accessCheck',
    summary: 'Ask which pages a token may use',
    description:
      'For the API of the host product: of up to a hundred pages, those that the token may do this to at the moment of asking. A connection may ask about its own tokens, a resource server about any.',
    by: 'client',
    body: {
      form: false,
      schema: {
        type: 'object',
        required: ['token', 'capability', 'page_ids'],
        properties: {
          token: text,
          capability: { enum: [...capabilities] },
          page_ids: { type: 'array', minItems: 1, maxItems: 100, items: { type: 'string', format: 'uuid' } },
        },
      },
    },
    answer: 'AccessCheck',
    refusal: 'Error',
  },
  {
    method: 'get',
    path: '/v1/users/me',
    id: 'usersMe',
    summary: 'Who this token is',
    description: 'Any token may ask.',
    by: 'token',
    answer: 'Bot',
  },
  {
    method: 'get',
    path: '/v1/users',
    id: 'usersList',
    summary: 'The people of the workspace',
    description: 'Needs read_user_without_email or read_user_with_email. Guests are not listed.',
    by: 'token',
    query: windows,
    answer: 'UserList',
  },
  {
    method: 'get',
    path: '/v1/users/{id}',
    id: 'usersRetrieve',
    summary: 'One person',
    description: 'As in the list.',
    by: 'token',
    answer: 'Person',
  },
  {
    method: 'post',
    path: '/v1/search',
    id: 'search',
    summary: 'Find pages by title',
    description: 'Only what the token reaches. Without a query: all of it. Needs read_content.',
    by: 'token',
    body: {
      form: false,
      schema: {
        type: 'object',
        properties: { query: text, filter: { type: 'object' }, sort: { type: 'object' }, ...windows },
      },
    },
    answer: 'SearchResults',
  },
  {
    method: 'get',
    path: '/v1/pages/{id}',
    id: 'pagesRetrieve',
    summary: 'One page',
    description: 'A page that is not granted is answered as one that does not exist. Needs read_content.',
    by: 'token',
    answer: 'Page',
  },
  {
    method: 'patch',
    path: '/v1/pages/{id}',
    id: 'pagesUpdate',
    summary: 'Change title or icon',
    description: 'Needs update_content.',
    by: 'token',
    body: { form: false, schema: titled },
    answer: 'Page',
  },
  {
    method: 'post',
    path: '/v1/pages',
    id: 'pagesCreate',
    summary: 'Add a page',
    description: 'Below a page that the token reaches. Needs insert_content.',
    by: 'token',
    body: {
      form: false,
      schema: {
        ...titled,
        required: ['parent'],
        properties: {
          parent: {
            type: 'object',
            required: ['page_id'],
            properties: { page_id: { type: 'string', format: 'uuid' } },
          },
          ...(titled.properties as object),
        },
      },
    },
    answer: 'Page',
  },
  {
    method: 'get',
    path: '/v1/blocks/{id}/children',
    id: 'blocksChildrenList',
    summary: 'Pages directly below one',
    description: 'Needs read_content.',
    by: 'token',
    query: windows,
    answer: 'BlockList',
  },
]
