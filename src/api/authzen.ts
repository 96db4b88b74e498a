/**
 * The AuthZEN Authorization API 1.0: may this subject do this to that page? A subject is a token, as at /v1/access-checks and by the
 * same query, or a user, about whom resource servers alone may ask. Answers are valid for this moment only.
 */
import { z } from 'zod'
import type { Capability } from '../installs/capability.ts'
import { component, id } from './answers/schema.ts'
import {
  type AuthZenNeeds,
  capabilityOf,
  type Decision,
  decideAll,
  findPages,
  type Question,
} from './authzen-decision.ts'
import { endpoint } from './endpoint.ts'
import { text } from './fields.ts'
import { invalid } from './refusals.ts'

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

const DecisionAnswer = component(
  'AuthZenDecision',
  z.object({
    decision: z.boolean().describe('Whether the subject may do it at this moment.'),
    context: z
      .object({ reason: z.string().describe('One sentence.') })
      .optional()
      .describe('Why not; told to resource servers alone.'),
  }),
)

const evaluation = endpoint({
  method: 'POST',
  path: paths.evaluation,
  id: 'authzenEvaluation',
  summary: 'Evaluate one access question (AuthZEN)',
  description:
    'The subject is {"type":"token"} with an access token, or {"type":"user"} with the id of a user; the action is a capability; the resource is {"type":"page"}. Users and pages have our ids or those of the host product.',
  by: 'client',
  body: z.looseObject(question),
  answer: DecisionAnswer,
  async handle(needs: AuthZenNeeds, call, { body }) {
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
    DecisionAnswer.partial().extend({
      evaluations: z
        .array(DecisionAnswer)
        .optional()
        .describe('The decisions in the order of the questions; absent where no list was sent.'),
    }),
  ),
  async handle(needs: AuthZenNeeds, call, { body }) {
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
  async handle(needs: AuthZenNeeds, call, { body }) {
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
