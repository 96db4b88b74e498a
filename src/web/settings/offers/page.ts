/** The offer of a departed member's installation, for the member who can take it over. */
import { mayInstall } from '../../../installs/policy.ts'
import { view } from '../../frame/render.ts'
import { type Developer, developerOf } from '../../install/developer.ts'
import { type Moment, momentOf } from '../../kit/dates.ts'
import { type Level, levelsOf } from '../../kit/levels.ts'
import { logoOf } from '../../kit/logo.ts'
import { connectionMark, type Mark, workspaceMark } from '../../kit/marks.ts'
import { countWords } from '../../kit/words.ts'
import { urls } from '../../urls.ts'
import type { OfferToMe } from './readings.ts'

export type OfferPage = {
  header: { connection: { name: string; mark: Mark }; workspace: { name: string; mark: Mark } }
  heading: string
  sentence: string
  offered: Moment
  developer: Developer
  levels: Level[]
  pages: { sentence: string; titles: string[] }
  /** The reason why it cannot be accepted; null: it can. */
  problem: string | null
  accept: string | null
  decline: string | null
  back: string
}
export const offerView = view<OfferPage>('settings/offer')

export function offerPage(facts: {
  workspace: { id: string; name: string; icon: string | null }
  offer: OfferToMe
  now: Date
}): OfferPage {
  const { workspace, offer, now } = facts
  const { connection } = offer
  const isOpen = offer.state === 'offered' && offer.isOpen
  const problem = isOpen ? problemOf(offer, workspace.name) : overWords(offer)
  return {
    header: {
      connection: {
        name: connection.name,
        mark: connectionMark({ ...connection, logo: logoOf(connection) }),
      },
      workspace: { name: workspace.name, mark: workspaceMark(workspace) },
    },
    heading: isOpen ? `Take over ${connection.name}?` : `${connection.name} is no longer offered`,
    sentence: `${offer.from} installed it in ${workspace.name} and has left. ${offer.offeredBy ?? 'An owner'} offers it to you. It stopped working, and works again when you accept.`,
    offered: momentOf(offer.offeredAt, now),
    developer: developerOf(connection),
    levels: levelsOf(offer.capabilities, workspace.name),
    pages: pagesOf(offer),
    problem,
    accept: isOpen && !problem ? urls.handOver.accept(workspace.id, offer.id) : null,
    decline: isOpen ? urls.handOver.decline(workspace.id, offer.id) : null,
    back: urls.myRequests(workspace.id),
  }
}

function pagesOf({ pages: { titles, kept, dropped }, from }: OfferToMe): OfferPage['pages'] {
  const rest = kept - titles.length
  const others =
    dropped === 0
      ? ''
      : ` You do not reach ${countWords(dropped, 'other page', 'other pages')}, which will be removed.`
  return {
    sentence:
      kept === 0
        ? `You reach none of the pages that ${from} chose, so it reaches no pages until you add some.${others}`
        : `It keeps ${countWords(kept, 'page', 'pages')} that ${from} chose and you reach, with everything below.${others}`,
    titles: rest > 0 ? [...titles, `and ${countWords(rest, 'other', 'others')}`] : titles,
  }
}

function problemOf({ placement, hasOwn, connection }: OfferToMe, workspace: string): string | null {
  const may = mayInstall(placement)
  if (may.kind === 'no' && may.because === 'connection-disabled')
    return `${connection.name} is switched off and cannot be taken over.`
  if (may.kind === 'no')
    return `The policy of ${workspace} does not let you install ${connection.name}, so you cannot take it over.`
  return hasOwn
    ? `You already have ${connection.name} installed in ${workspace}, and can have it only once. To take this one over, disconnect yours first.`
    : null
}

function overWords({ state, from }: OfferToMe): string {
  switch (state) {
    case 'accepted':
      return 'You have accepted it. It is among your connections.'
    case 'declined':
      return 'You have declined it.'
    case 'withdrawn':
      return 'The offer was taken back, or the connection has ended.'
    default:
      return `${from} is back, or the connection has ended.`
  }
}
