/** What the flow's screens tell the log of the connection's developer: how far a member came, and nothing of who he is. */
import { type NoteFlowStep, type StepFacts, stepOf } from '../../installs/flow-log.ts'
import type { RefusalCode } from '../../installs/refusal.ts'
import type { WebContext } from '../http/state.ts'
import type { WaitingRequest } from './interactions.ts'

export type Noted = ReturnType<typeof noted>

/** Arrivals that are remembered, so that a reload of step one is no second one. */
const rememberedLimit = 10_000

export function noted(note: NoteFlowStep, now: () => Date) {
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

    refusal(ctx: WebContext, request: WaitingRequest, workspaceId: string, code: RefusalCode): void {
      const { sentence, advice } = reasons[code] ?? unnamed
      const failure = { code, sentence, advice, sent: null, expected: [] }
      step(ctx, request, { kind: 'not-allowed', workspaceId, failure })
    },
  }
}

type Reason = { sentence: string; advice: string }
const unnamed: Reason = {
  sentence: 'The member was not let through.',
  advice: 'The member saw why, and what can be done.',
}
const askOwner =
  'An owner of the workspace can change that; the member may ask for an approval on the same screen.'
const reasons: Partial<Record<RefusalCode, Reason>> = {
  guest: {
    sentence: 'The person is a guest of the workspace: guests install nothing.',
    advice: 'A member of the workspace can install it.',
  },
  'not-approved': {
    sentence: 'The workspace lets members install approved connections only.',
    advice: askOwner,
  },
  'owners-only': { sentence: 'In this workspace only owners install connections.', advice: askOwner },
  'connection-disabled': { sentence: 'The connection is switched off.', advice: 'Switch it on in the hub.' },
  'page-out-of-reach': {
    sentence: 'A page was chosen that the member does not reach.',
    advice: 'Pages may have moved meanwhile; the member can choose again.',
  },
  'capability-not-registered': {
    sentence: 'A capability was asked for that the connection is no longer registered with.',
    advice: 'Begin the flow again: it asks for what is registered now.',
  },
}
