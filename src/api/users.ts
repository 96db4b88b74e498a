import { z } from 'zod'
import type { Bearer } from '../installs/bearer.ts'
import { userInformation } from '../installs/capability.ts'
import { Bot, Person, presentBot, presentPerson, User } from './answers/people.ts'
import { component, listOf, presentList } from './answers/schema.ts'
import type { Call } from './call.ts'
import { type Cursors, requireOwnCursor } from './cursor.ts'
import { endpoint } from './endpoint.ts'
import { pagination } from './fields.ts'
import type { UserReadings } from './ports.ts'
import { lacksCapability, noSuchUser } from './refusals.ts'

type UsersNeeds = { issuer: string; users: UserReadings; cursors: Cursors }

const usersMe = endpoint({
  method: 'GET',
  path: '/v1/users/me',
  id: 'usersMe',
  summary: 'The bot of this token',
  description: 'Any token may ask.',
  by: 'token',
  answer: Bot,
  handle: (needs: UsersNeeds, call) => presentSelf(needs, call),
})

const usersList = endpoint({
  method: 'GET',
  path: '/v1/users',
  id: 'usersList',
  summary: 'The people of the workspace',
  description: 'Needs read_user_without_email or read_user_with_email. Guests are not listed.',
  by: 'token',
  query: z.object(pagination),
  answer: component('UserList', listOf('user', Person)),
  async handle(needs: UsersNeeds, call, { query }) {
    const question = ['users']
    const from = needs.cursors.read<string>(question, query.start_cursor)
    const { bearer, people, more } = await call.admit(
      await needs.users.people(call.token, query.page_size, from?.place ?? null, call.now),
      null,
    )
    requireUsers(bearer, needs.issuer)
    requireOwnCursor(from, bearer)
    const next = more ? people.at(-1)!.id : null
    return presentList(
      'user',
      people.map(person => presentPerson(person, bearer)),
      needs.cursors.write(bearer, question, next),
    )
  },
})

const usersRetrieve = endpoint({
  method: 'GET',
  path: '/v1/users/{user_id}',
  id: 'usersRetrieve',
  summary: 'One person',
  description:
    'As in the list; also the bot of this token, which is the author of the pages that it creates.',
  by: 'token',
  answer: User,
  async handle(needs: UsersNeeds, call, { params }) {
    const id = params.user_id
    const { bearer, person } = await call.admit(await needs.users.person(call.token, id, call.now), null)
    requireUsers(bearer, needs.issuer)
    if (id === bearer.installationId) return presentSelf(needs, call)
    if (!person) throw noSuchUser(id)
    return presentPerson(person, bearer)
  },
})

export const users = [usersMe, usersList, usersRetrieve]

async function presentSelf(needs: UsersNeeds, call: Call): Promise<z.input<typeof Bot>> {
  const { bearer, workspaceName, owner } = await call.admit(
    await needs.users.home(call.token, call.now),
    null,
  )
  return presentBot(bearer, workspaceName, owner)
}

/** Either of the two user capabilities; the challenge names the lesser one. */
function requireUsers(bearer: Bearer, issuer: string): void {
  if (userInformation(bearer.capabilities) === 'none')
    throw lacksCapability('read_user_without_email', bearer, issuer)
}
