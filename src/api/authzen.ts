/**
 * The AuthZEN Authorization API 1.0: may this subject do this to that page? A subject is a token, as at /v1/access-checks and by the
 * same query, or a user, about whom resource servers alone may ask. Answers are valid for this moment only.
 */
import { z } from 'zod'
import type { Bearer } from '../installs/bearer.ts'
import { type Capability, capabilities } from '../installs/capability.ts'
import { keyOfExternalId } from '../installs/external-id.ts'
import { readUuid } from '../installs/ids.ts'
import { component, id } from './answers/schema.ts'
import { isMeantForUs, tokenOf } from './bearer.ts'
import type { ClientCall } from './client.ts'
import type { Cursors } from './cursor.ts'
import { endpoint } from './endpoint.ts'
import { text } from './fields.ts'
import type { AccessReadings, PersonReadings, SearchReadings, TreePosition } from './ports.ts'
import { invalid } from './refusals.ts'

type Needs = {
  issuer: string
  access: AccessReadings
  persons: PersonReadings
  search: SearchReadings
  cursors: Cursors
  /** Notes when the token was last used. Must not wait for a store. */
  noteUse(bearer: Bearer, now: Date): void
}

const paths = {
  evaluation: '/access/v1/evaluation',
  evaluations: '/access/v1/evaluations',
  search: '/access/v1/search/resource',
} as const

/** The members that the standard allows beside these are ignored. */
const subject = z.looseObject({ type: text(100), id: text(1_000) })
const action = z.looseObject({ name: text(100) })
const resource = z.looseObject({ type: text(100), id: text(1_000) })
const question = { subject, action, resource }
type Question = { subject: { type: string; id: string }; action: { name: string }; resource: Resource }
type Resource = { type: string; id: string }

const Decision = component(
  'AuthZenDecision',
  z.object({
    decision: z.boolean().describe('Whether the subject may do it at this moment.'),
    context: z
      .object({ reason: z.string().describe('One sentence.') })
      .optional()
      .describe('Why not; told to resource servers alone.'),
  }),
)
type Decision = z.input<typeof Decision>

const evaluation = endpoint({
  method: 'POST',
  path: paths.evaluation,
  id: 'authzenEvaluation',
  summary: 'Evaluate one access question (AuthZEN)',
  description:
    'The subject is {"type":"token"} with an access token, or {"type":"user"} with the id of a user; the action is a capability; the resource is {"type":"page"}. Users and pages have our ids or those of the host product.',
  by: 'client',
  body: z.looseObject(question),
  answer: Decision,
  async handle(needs: Needs, call, { body }) {
    return (await decideAll(needs, call, [body]))[0]!
  },
})

const semantics = ['execute_all', 'deny_on_first_deny', 'permit_on_first_permit'] as const

const evaluations = endpoint({
  method: 'POST',
  path: paths.evaluations,
  id: 'authzenEvaluations',
  summary: 'Evaluate up to a hundred access questions (AuthZEN)',
  description:
    'The subject, action and resource of the request are the defaults of each evaluation. The answers are in the order of the questions; evaluations_semantic may end them at the first denial or the first permit.',
  by: 'client',
  body: z.looseObject({
    subject: subject.optional(),
    action: action.optional(),
    resource: resource.optional(),
    evaluations: z
      .array(
        z.looseObject({
          subject: subject.optional(),
          action: action.optional(),
          resource: resource.optional(),
        }),
      )
      .max(100, { error: 'should be a list of at most 100 evaluations' })
      .optional(),
    options: z.looseObject({ evaluations_semantic: z.enum(semantics).default('execute_all') }).optional(),
  }),
  answer: component(
    'AuthZenDecisions',
    Decision.partial().extend({
      evaluations: z
        .array(Decision)
        .optional()
        .describe('The decisions in the order of the questions; absent where no list was sent.'),
    }),
  ),
  async handle(needs: Needs, call, { body }) {
    const asked = body.evaluations?.length ? body.evaluations : [{}]
    const questions = asked.map((one, at) => complete({ ...body, ...one }, at))
    const decisions = await decideAll(needs, call, questions)
    if (!body.evaluations?.length) return decisions[0]!
    return { evaluations: untilDecided(decisions, body.options?.evaluations_semantic ?? 'execute_all') }
  },
})

const resourceSearch = endpoint({
  method: 'POST',
  path: paths.search,
  id: 'authzenResourceSearch',
  summary: 'List the pages that a subject may use (AuthZEN)',
  description: 'The pages that a token, or a user, may do this to, page by page.',
  by: 'client',
  body: z.looseObject({
    subject,
    action,
    resource: z.looseObject({ type: text(100) }),
    page: z
      .looseObject({ token: text(8_192).optional(), limit: z.int().min(1).max(1_000).default(100) })
      .optional(),
  }),
  answer: component(
    'AuthZenResources',
    z.object({
      results: z
        .array(
          z.object({
            type: z.literal('page').describe('Always “page”.'),
            id: id.describe('Our id of the page.'),
          }),
        )
        .describe('Pages that the subject may use.'),
      page: z
        .object({ next_token: z.string().describe('The token of the next request; empty at the end.') })
        .describe('Where the list goes on.'),
    }),
  ),
  async handle(needs: Needs, call, { body }) {
    const limit = body.page?.limit ?? 100
    const found =
      body.resource.type !== 'page' || capabilityOf(body.action) === null
        ? null
        : await findPages(needs, call, body.subject, body.action.name as Capability, limit, body.page?.token)
    return {
      results: (found?.ids ?? []).map(id => ({ type: 'page' as const, id })),
      page: { next_token: found?.next ?? '' },
    }
  },
})

export const authzen = [evaluation, evaluations, resourceSearch]

/** /.well-known/authzen-configuration. */
export const authzenMetadata = (issuer: string) => ({
  policy_decision_point: issuer,
  access_evaluation_endpoint: `${issuer}${paths.evaluation}`,
  access_evaluations_endpoint: `${issuer}${paths.evaluations}`,
  search_resource_endpoint: `${issuer}${paths.search}`,
})

/** @throws ApiRefusal `validation_error` for a member that neither the evaluation nor the request has. */
function complete(sent: Partial<Question>, at: number): Question {
  for (const name of ['subject', 'action', 'resource'] as const)
    if (sent[name] === undefined)
      throw invalid(`body.evaluations[${at}].${name} should be an object, instead was missing.`)
  return sent as Question
}

function untilDecided(decisions: Decision[], semantic: (typeof semantics)[number]): Decision[] {
  if (semantic === 'execute_all') return decisions
  const last = decisions.findIndex(one => one.decision === (semantic === 'permit_on_first_permit'))
  return last === -1 ? decisions : decisions.slice(0, last + 1)
}

/** One query for each subject, whatever the number of pages. */
async function decideAll(needs: Needs, call: ClientCall, asked: Question[]): Promise<Decision[]> {
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
async function denialsOf(needs: Needs, call: ClientCall, asked: Question[]): Promise<(string | null)[]> {
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

async function tokenReach(needs: Needs, call: ClientCall, asked: Question[]): Promise<Reach | string> {
  const token = tokenOf(asked[0]!.subject.id)
  const dead = 'The token is not in force.'
  if (token === null) return dead
  const ids = asked.map(({ resource }) => resource.id)
  // Ids of the host product are unique within a workspace, which the token tells.
  const home = ids.every(id => readUuid(id) !== null) ? null : await needs.access.bearer(token, call.now)
  const keyOf = (id: string) => readUuid(id) ?? (home && keyOfExternalId('page', id, home.workspaceId))
  const keys = [...new Set(ids.map(keyOf).filter(key => key !== null))]
  const seen = await needs.access.pages(token, keys, call.now)
  const mayAsk = seen && (call.client.anyToken || seen.bearer.connectionId === call.client.id)
  if (!mayAsk || !isMeantForUs(seen.bearer, needs.issuer)) return dead
  needs.noteUse(seen.bearer, call.now)
  const reached = new Set(seen.reached)
  return {
    capabilities: seen.bearer.capabilities,
    reaches: id => reached.has(keyOf(id) ?? ''),
  }
}

async function userReach(needs: Needs, call: ClientCall, asked: Question[]): Promise<Reach | string> {
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

const capabilityOf = ({ name }: { name: string }) => capabilities.find(one => one === name) ?? null

/** null: the subject may not use any page in this way. */
async function findPages(
  needs: Needs,
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
    const mayAsk = found && (call.client.anyToken || found.bearer.connectionId === call.client.id)
    if (!mayAsk || !isMeantForUs(found.bearer, needs.issuer)) return null
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
