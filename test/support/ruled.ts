import type { Person, Visit } from './person.ts'
import type { TestServer } from './server.ts'

type Restriction = 'none' | 'approved-list' | 'owners-only'

/** Sets the policy for members of a workspace, beside the screens. */
export async function restrict(
  server: Pick<TestServer, 'sql'>,
  workspaceId: string,
  to: Restriction,
  more: { autoApprove?: boolean; create?: 'everyone' | 'owners-only' } = {},
): Promise<void> {
  await server.sql(
    `insert into workspace_policies
       (workspace_id, restrict_installs, auto_approve_first_party, connection_creation, updated_at)
     values ($1, $2, $3, $4, now())
     on conflict (workspace_id) do update set restrict_installs = excluded.restrict_installs,
       auto_approve_first_party = excluded.auto_approve_first_party,
       connection_creation = excluded.connection_creation, updated_at = now()`,
    [workspaceId, to, more.autoApprove ?? false, more.create ?? 'everyone'],
  )
}

/** The request that pressing Approve or Decline on the card of this connection (and person) sends. */
export async function decisionForm(
  owner: Person,
  workspaceId: string,
  about: { connection: string; person?: string },
  decision: 'approve' | 'decline',
  answer = '',
): Promise<{ action: string; body: URLSearchParams }> {
  const { $ } = await owner.open(`/settings/${workspaceId}/requests`)
  const card = $('.request').filter((_, one) => {
    const words = $(one).text()
    return words.includes(about.connection) && words.includes(about.person ?? '')
  })
  if (card.length !== 1) throw new Error(`${card.length} cards of ${about.connection}: ${owner.text()}`)
  const csrf = card.find('[name=csrf]').attr('value')!
  return { action: card.find('form').attr('action')!, body: new URLSearchParams({ csrf, decision, answer }) }
}

export async function decide(...asked: Parameters<typeof decisionForm>): Promise<Visit> {
  const { action, body } = await decisionForm(...asked)
  return asked[0].open(action, { method: 'POST', body })
}

/** Posts from this person's browser to an address that their screens do not offer. */
export async function post(
  person: Person,
  address: string,
  fields: Record<string, string> = {},
): Promise<Visit> {
  // Any form carries the session's token.
  await person.open('/sign-out')
  const csrf = person.visit.$('[name=csrf]').attr('value') ?? ''
  return person.open(address, { method: 'POST', body: new URLSearchParams({ csrf, ...fields }) })
}

/** The names of the buttons and links on the screen that could be pressed. */
export function controls(person: Person): string[] {
  const { $ } = person.visit
  return $('main button, main a')
    .toArray()
    .map(one => ($(one).attr('aria-label') ?? $(one).text()).replace(/\s+/g, ' ').trim())
}
