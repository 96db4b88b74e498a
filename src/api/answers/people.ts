/** People and bots in the answers of the partner API. */
import { z } from 'zod'
import type { Bearer } from '../../installs/bearer.ts'
import { userInformation } from '../../installs/capability.ts'
import type { Person as KnownPerson } from '../ports.ts'
import { always, component, id, integer } from './schema.ts'

const fileLimitBytes = 5 * 1024 * 1024
/** The author of a page whose author the directory does not name. */
const unknownUser = '00000000-0000-0000-0000-000000000000'

export const UserId = component(
  'UserId',
  z.object({
    object: always('user'),
    id: id.describe('The id of the person; zeros where it is unknown.'),
  }),
)

export const Person = component(
  'Person',
  z
    .object({
      object: always('user'),
      id: id.describe('The id of the person.'),
      type: always('person'),
      name: z.string().describe('The name as the workspace shows it.'),
      avatar_url: z.string().nullable().describe('The address of a picture; null where there is none.'),
      person: z
        .object({
          email: z.string().optional().describe('Present for tokens with read_user_with_email only.'),
        })
        .describe('The members that only people have.'),
    })
    .describe('The e-mail address is present for tokens with read_user_with_email only.'),
)

export const Owner = component(
  'Owner',
  z.discriminatedUnion('type', [
    z.object({
      type: always('user'),
      user: z
        .union([Person, UserId])
        .describe('The member who installed the connection, with a name where the token may read it.'),
    }),
    z.object({ type: always('workspace'), workspace: z.literal(true).describe('Always true.') }),
  ]),
)

export const Bot = component(
  'Bot',
  z.object({
    object: always('user'),
    id: id.describe('The bot_id of the installation.'),
    type: always('bot'),
    name: z.string().describe('The name of the connection.'),
    avatar_url: z.string().nullable().describe('The address of the logo; null where there is none.'),
    bot: z
      .object({
        owner: Owner.describe('The user or workspace that it acts for.'),
        workspace_id: id.describe('The workspace that it is installed in.'),
        workspace_name: z.string().describe('The name of that workspace.'),
        workspace_limits: z
          .object({ max_file_upload_size_in_bytes: integer.describe('The largest file, in bytes.') })
          .describe('The limits of the workspace.'),
      })
      .describe('The members that only bots have.'),
  }),
)

export const User = component('User', z.discriminatedUnion('type', [Person, Bot]))

/** The e-mail address only for a bearer that may read it. */
export function presentPerson(person: KnownPerson, bearer: Bearer): z.input<typeof Person> {
  return {
    object: 'user',
    id: person.id,
    type: 'person',
    name: person.name,
    avatar_url: person.avatarUrl,
    person: userInformation(bearer.capabilities) === 'with-email' ? { email: person.email } : {},
  }
}

/** The bearer itself. Its owner has a name only for a bearer that may read users. */
export function presentBot(
  bearer: Bearer,
  workspaceName: string,
  owner: KnownPerson | null,
): z.input<typeof Bot> {
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

function presentOwner(bearer: Bearer, owner: KnownPerson | null): z.input<typeof Owner> {
  if (owner === null) return { type: 'workspace', workspace: true }
  const anonymous = userInformation(bearer.capabilities) === 'none'
  return { type: 'user', user: anonymous ? presentUserId(owner.id) : presentPerson(owner, bearer) }
}

export function presentUserId(userId: string | null): z.input<typeof UserId> {
  return { object: 'user', id: userId ?? unknownUser }
}
