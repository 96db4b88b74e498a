/** The decisions of the AuthZEN endpoints, and the pages that a subject may use. */
import type { Bearer } from '../installs/bearer.ts'
import { type Capability, capabilities } from '../installs/capability.ts'
import { keyOfExternalId } from '../installs/external-id.ts'
import { readUuid } from '../installs/ids.ts'
import { mayAskAbout, tokenOf } from './bearer.ts'
import type { ClientCall } from './client.ts'
import type { Cursors } from './cursor.ts'
import type { AccessReadings, PersonReadings, SearchReadings, TreePosition } from './ports.ts'

export type AuthZenNeeds = {
  issuer: string
  access: AccessReadings
  persons: PersonReadings
  search: SearchReadings
  cursors: Cursors
  /** Notes when the token was last used. Must not wait for a store. */
  noteUse(bearer: Bearer, now: Date): void
}

export type Question = {
  subject: { type: string; id: string }
  action: { name: string }
  resource: { type: string; id: string }
}
/** `reason`: one sentence, for resource servers alone. */
export type Decision = { decision: boolean; context?: { reason: string } }

/** One query for each subject, whatever the number of pages. */
export async function decideAll(
  needs: AuthZenNeeds,
  call: ClientCall,
  asked: Question[],
): Promise<Decision[]> {
  const bySubject = Map.groupBy(asked, ({ subject }) => `${subject.type} ${subject.id}`)
  const decided = new Map<Question, string | null>()
  for (const questions of bySubject.values()) {
    const denials = await denialsOf(needs, call, questions)
    for (const [at, one] of questions.entries()) decided.set(one, denials[at]!)
  }
  return asked.map(one => {
    const reason = decided.get(one)!
    if (reason === null) return { decision: true }
    return call.client.anyToken ? { decision: false, context: { reason } } : { decision: false }
  })
}

/** null for each permit. All questions are about the same subject. */
async function denialsOf(
  needs: AuthZenNeeds,
  call: ClientCall,
  asked: Question[],
): Promise<(string | null)[]> {
  const { subject } = asked[0]!
  const known =
    subject.type === 'token' ? await tokenReach(needs, call, asked) : await userReach(needs, call, asked)
  return asked.map(({ action, resource }) => {
    if (typeof known === 'string') return known
    const capability = capabilityOf(action)
    if (capability === null) return 'The action is no capability.'
    if (!known.capabilities.includes(capability)) return 'The capability was not allowed.'
    if (resource.type !== 'page') return 'The resource is of an unknown type.'
    return known.reaches(resource.id) ? null : 'The page is unknown, or out of reach.'
  })
}

type Reach = { capabilities: readonly Capability[]; reaches(id: string): boolean }

async function tokenReach(needs: AuthZenNeeds, call: ClientCall, asked: Question[]): Promise<Reach | string> {
  const token = tokenOf(asked[0]!.subject.id)
  const dead = 'The token is not in force.'
  if (token === null) return dead
  const ids = asked.map(({ resource }) => resource.id)
  // Ids of the host product are unique within a workspace, which the token tells.
  const home = ids.every(id => readUuid(id) !== null) ? null : await needs.access.bearer(token, call.now)
  const keyOf = (id: string) => readUuid(id) ?? (home && keyOfExternalId('page', id, home.workspaceId))
  const keys = [...new Set(ids.map(keyOf).filter(key => key !== null))]
  const seen = await needs.access.pages(token, keys, call.now)
  if (!seen || !mayAskAbout(seen.bearer, call.client, needs.issuer)) return dead
  needs.noteUse(seen.bearer, call.now)
  const reached = new Set(seen.reached)
  return {
    capabilities: seen.bearer.capabilities,
    reaches: id => reached.has(keyOf(id) ?? ''),
  }
}

async function userReach(needs: AuthZenNeeds, call: ClientCall, asked: Question[]): Promise<Reach | string> {
  const { type, id } = asked[0]!.subject
  if (type !== 'user') return 'The subject is of an unknown type.'
  if (!call.client.anyToken) return 'Only a resource server may ask about users.'
  const person = await needs.persons.find(id)
  if (person === null) return 'The user is unknown or disabled.'
  const keys = (page: string) => {
    const own = readUuid(page)
    return person.workspaceIds.map(
      workspace => [workspace, own ?? keyOfExternalId('page', page, workspace)] as const,
    )
  }
  const reached = new Set(
    await needs.persons.reached(
      person.id,
      asked.flatMap(({ resource }) => keys(resource.id)),
    ),
  )
  return { capabilities, reaches: page => keys(page).some(([, key]) => reached.has(key)) }
}

export const capabilityOf = ({ name }: { name: string }) => capabilities.find(one => one === name) ?? null

/** null: the subject may not use any page in this way. */
export async function findPages(
  needs: AuthZenNeeds,
  call: ClientCall,
  subject: { type: string; id: string },
  capability: Capability,
  limit: number,
  cursor: string | undefined,
): Promise<{ ids: string[]; next: string | null } | null> {
  const question = ['authzen', subject.type, subject.id, capability]
  if (subject.type === 'token') {
    const token = tokenOf(subject.id)
    if (token === null) return null
    const from = needs.cursors.read<TreePosition>(question, cursor)
    const all = { query: null, type: null, limit }
    const found = await needs.search.inTree(token, all, from?.place ?? null, call.now)
    if (!found || !mayAskAbout(found.bearer, call.client, needs.issuer)) return null
    if (!found.bearer.capabilities.includes(capability)) return null
    needs.noteUse(found.bearer, call.now)
    return {
      ids: found.pages.map(page => page.id),
      next: needs.cursors.write(found.bearer, question, found.next),
    }
  }
  if (subject.type !== 'user' || !call.client.anyToken) return null
  const person = await needs.persons.find(subject.id)
  if (person === null) return null
  const owner = { installationId: call.client.id }
  const from = needs.cursors.read<[string, string]>(question, cursor)
  const rows = await needs.persons.pages(person.id, limit + 1, from?.place ?? null)
  const last = rows.length > limit ? rows[limit - 1]! : null
  return {
    ids: rows.slice(0, limit).map(([, page]) => page),
    next: needs.cursors.write(owner, question, last),
  }
}
