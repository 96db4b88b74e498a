/** The words of mails. */
import type { MailFact, MailKind } from '../installs/mail.ts'

/** `lines`: who did it and what happened. */
export type MailWords = { subject: string; lines: string[]; link: string; why: string }

/** Why a person gets a kind, as the end of "You get this mail because …". */
const reasons: Record<MailKind, (fact: MailFact) => string> = {
  'approval-requested': ({ workspaceName }) => `you are an owner of ${workspaceName}`,
  'approval-decided': ({ workspaceName }) => `you requested this approval in ${workspaceName}`,
  'hand-over-offered': ({ workspaceName }) => `you are a member of ${workspaceName}`,
  'installation-ended': ({ connectionName, workspaceName }) =>
    `you connected ${connectionName} in ${workspaceName}`,
  'refresh-token-reused': ({ connectionName }) => `you look after ${connectionName}`,
  'endpoint-switched-off': ({ connectionName }) => `you look after ${connectionName}`,
}

const by = ({ actorName }: MailFact) => actorName ?? 'The operator'

const words: Record<MailKind, (fact: MailFact) => Omit<MailWords, 'why'>> = {
  'approval-requested': fact => ({
    subject: `${by(fact)} requests ${fact.connectionName} in ${fact.workspaceName}`,
    lines: [requested(fact), 'An owner can approve or decline it.'],
    link: 'Review the request',
  }),
  'approval-decided': fact => {
    const approved = fact.eventKind === 'approval-request.approved'
    const decision = approved ? 'approved' : 'declined'
    return {
      subject: `${fact.connectionName} is ${decision} in ${fact.workspaceName}`,
      lines: [
        `${by(fact)} ${decision} your request to connect ${fact.connectionName} in ${fact.workspaceName}.`,
        ...(fact.answer ? [`“${fact.answer}”`] : []),
        ...(approved ? ['You can continue where you stopped.'] : []),
      ],
      link: approved ? 'Continue' : 'Read the decision',
    }
  },
  'hand-over-offered': fact => ({
    subject: `${by(fact)} offers you ${fact.connectionName} in ${fact.workspaceName}`,
    lines: [
      `${by(fact)} asks you to take over ${fact.connectionName} in ${fact.workspaceName} from a member who left. It is suspended until you accept.`,
    ],
    link: 'Accept or decline',
  }),
  'installation-ended': fact => {
    const suspended = fact.eventKind === 'installation.suspended'
    return {
      subject: `${fact.connectionName} was ${suspended ? 'suspended' : 'disconnected'} in ${fact.workspaceName}`,
      lines: [
        `${by(fact)} ${suspended ? 'suspended' : 'disconnected'} ${fact.connectionName}, which you had connected in ${fact.workspaceName}. It reaches no page ${suspended ? 'until an owner resumes it' : 'any more'}.`,
      ],
      link: 'See your connections',
    }
  },
  'refresh-token-reused': fact => ({
    subject: `A refresh token of ${fact.connectionName} was used twice`,
    lines: [
      `${fact.connectionName} sent a refresh token that had been replaced before. All tokens of that authorization were ended, because somebody else may have a copy; its member has to connect again.`,
    ],
    link: 'Open the log',
  }),
  'endpoint-switched-off': fact => ({
    subject: `A webhook endpoint of ${fact.connectionName} was switched off`,
    lines: [
      `${fact.endpointUrl} ${fact.endpointIsGone ? 'answered that it is gone (410)' : 'failed for three days'}, so it is sent no more messages. Those that it missed can be read at /v1/events for 30 days.`,
    ],
    link: 'Open the endpoint',
  }),
}

const requested = (fact: MailFact) =>
  `${by(fact)} requests ${fact.connectionName} in ${fact.workspaceName}${fact.reason ? `: “${fact.reason}”` : '.'}`

/** @param facts of one message: several of them are approval requests of one workspace. */
export function mailWords(facts: readonly [MailFact, ...MailFact[]]): MailWords {
  const [first] = facts
  const why = reasons[first.kind](first)
  if (facts.length === 1) return { ...words[first.kind](first), why }
  return {
    subject: `${facts.length} requests wait in ${first.workspaceName}`,
    lines: facts.map(requested),
    link: 'Review the requests',
    why,
  }
}
