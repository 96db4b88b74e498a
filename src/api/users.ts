import type { Bearer } from '../installs/bearer.ts'
import { userInformation } from '../installs/capability.ts'
import type { Call, Wing } from './call.ts'
import { requireOwnCursor } from './cursor.ts'
import { readId, readPart } from './input.ts'
import { presentBot, presentList, presentPerson } from './present.ts'
import { lacksCapability, noSuchUser } from './refusals.ts'

/** Any token may ask who it is. */
export async function retrieveMe(wing: Wing, call: Call) {
  const { bearer, workspaceName, owner } = await call.admit(await wing.users.home(call.token, call.now), null)
  return presentBot(bearer, workspaceName, owner)
}

export async function listUsers(wing: Wing, call: Call) {
  const { limit, cursor } = readPart(call.query)
  const question = ['users']
  const from = wing.cursors.read<string>(question, cursor)
  const { bearer, people, more } = await call.admit(
    await wing.users.people(call.token, limit, from?.place ?? null, call.now),
    null,
  )
  requireUsers(bearer)
  requireOwnCursor(from, bearer)
  const next = more ? people.at(-1)!.id : null
  return presentList(
    'user',
    people.map(person => presentPerson(person, bearer)),
    wing.cursors.write(bearer, question, next),
  )
}

/** A member, or the bearer's own bot, whose id stands in pages that it made. */
export async function retrieveUser(wing: Wing, call: Call) {
  const id = readId('user_id', call.id)
  const { bearer, person } = await call.admit(await wing.users.person(call.token, id, call.now), null)
  requireUsers(bearer)
  if (id === bearer.installationId) return retrieveMe(wing, call)
  if (!person) throw noSuchUser(id)
  return presentPerson(person, bearer)
}

/** Either of the two user capabilities; the challenge names the lesser one. */
function requireUsers(bearer: Bearer): void {
  if (userInformation(bearer.capabilities) === 'none') throw lacksCapability('read_user_without_email')
}
