/** Records the steps of a flow for the log of the connection's developer: how far a member came, without personal data. */
import type { ConsentRefusal } from '../../installs/actions/allow-access.ts'
import { type NoteFlowStep, type StepFacts, stepOf } from '../../installs/flow-log.ts'
import type { WebContext } from '../http/state.ts'
import type { WaitingRequest } from './interactions.ts'

export type FlowLog = ReturnType<typeof flowLog>

/** Arrivals that are remembered, so that a reload of step one is not logged as another. */
const rememberedLimit = 10_000

export function flowLog(note: NoteFlowStep, now: () => Date) {
  const arrived = new Set<string>()

  function step(
    ctx: WebContext,
    request: WaitingRequest,
    facts: Pick<StepFacts, 'kind'> & Partial<StepFacts>,
  ): void {
    const { uid, connectionId } = request
    note(stepOf({ at: now(), connectionId, requestId: ctx.state.requestId, uid, ...facts }))
  }

  return {
    step,

    /** Once for each flow that this process sees. */
    arrival(ctx: WebContext, request: WaitingRequest): void {
      if (arrived.has(request.uid)) return
      if (arrived.size >= rememberedLimit) arrived.clear()
      arrived.add(request.uid)
      step(ctx, request, { kind: 'signed-in' })
    },

    refusal(ctx: WebContext, request: WaitingRequest, workspaceId: string, code: ConsentRefusal): void {
      const failure = { code, ...reasons[code], sent: null, expected: [] }
      step(ctx, request, { kind: 'not-allowed', workspaceId, failure })
    },
  }
}

type Reason = { sentence: string; advice: string }
const askOwner =
  'An owner of the workspace can change that; the member may ask for an approval on the same screen.'
const reasons: Record<ConsentRefusal, Reason> = {
  guest: {
    sentence: 'The person is a guest of the workspace: guests cannot install connections.',
    advice: 'A member of the workspace can install it.',
  },
  'not-a-member': {
    sentence: 'The person is not in the workspace.',
    advice: 'A member of the workspace can install it.',
  },
  'user-disabled': {
    sentence: 'The person’s account was switched off.',
    advice: 'Another member of the workspace can install it.',
  },
  suspended: {
    sentence: 'An owner has suspended this member’s installation.',
    advice: 'An owner of the workspace can resume it.',
  },
  'not-approved': {
    sentence: 'The workspace lets members install approved connections only.',
    advice: askOwner,
  },
  'owners-only': { sentence: 'In this workspace only owners install connections.', advice: askOwner },
  'agent-not-published': {
    sentence: 'The connection registered itself, and the workspace lets members install only published ones.',
    advice: askOwner,
  },
  'agent-not-approved': {
    sentence: 'The workspace lets members install approved agents only.',
    advice: askOwner,
  },
  'agents-off': {
    sentence: 'The operator allows no connections that no one registered.',
    advice: 'The operator can register the connection, or change AGENTS.',
  },
  'connection-disabled': { sentence: 'The connection is switched off.', advice: 'Switch it on in the hub.' },
  'connection-internal': {
    sentence: 'The connection is internal to a workspace, and has a token instead of a flow.',
    advice: 'An owner of that workspace copies its token from Settings.',
  },
  'page-out-of-reach': {
    sentence: 'A chosen page is out of the member’s reach.',
    advice: 'Pages may have moved meanwhile; the member can choose again.',
  },
  'capability-required': {
    sentence: 'An access level that the member left out is required since.',
    advice:
      'The member can look at the access levels again. Change which are optional while few flows are under way.',
  },
  'no-capability': {
    sentence: 'The member left out every access level.',
    advice: 'Ask for at least one level that is not optional.',
  },
  'capability-not-registered': {
    sentence: 'The request asks for a capability that the connection is no longer registered with.',
    advice: 'Begin the flow again with the capabilities that are registered now.',
  },
}
