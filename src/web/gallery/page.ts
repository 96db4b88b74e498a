import { mayInstall, mayRequestApproval } from '../../installs/policy.ts'
import type { InstallRefusal } from '../../installs/refusal.ts'
import { view } from '../frame/render.ts'
import { type Field, field } from '../kit/field.ts'
import { shortLevels } from '../kit/levels.ts'
import { logoOf } from '../kit/logo.ts'
import { connectionMark, type Mark } from '../kit/marks.ts'
import { type Pagination, type PassedCursors, paginate } from '../kit/pagination.ts'
import { outside, urls } from '../urls.ts'
import type { GalleryConnection } from './readings.ts'

export type GalleryCard = {
  id: string
  name: string
  mark: Mark
  developer: string | null
  verification: 'first-party' | 'verified' | 'unverified'
  description: string | null
  levels: string[]
  /** In this workspace it is connected, or cannot be; null if it can be connected. */
  state: { kind: 'good' | 'warning'; sentence: string } | null
  /** The screen that chooses the pages of the user's own installation, if they have one. */
  manage: string | null
  /** The partner's own install address, if it is known and the user may install. */
  start: { label: string; href: string } | null
  /** How to connect it without such an address, where it can be connected at all. */
  how: { sentence: string; website: string | null } | null
}

export type GalleryPage = {
  /** Null for a person without a workspace. */
  workspace: string | null
  search: { action: string; hidden: [name: string, value: string][]; field: Field }
  cards: GalleryCard[]
  empty: { icon: 'store'; heading: string; sentence: string; action: { label: string; href: string } | null }
  pagination: Pagination
}
export const galleryView = view<GalleryPage>('gallery/gallery')

type Workspace = { id: string; name: string }

export function galleryPage(facts: {
  workspace: Workspace | null
  connections: GalleryConnection[]
  more: boolean
  words: string
  /** The windows passed on the way to this one. */
  trail: PassedCursors
}): GalleryPage {
  const { workspace, connections, more, words, trail } = facts
  const plain = workspace ? urls.galleryFor(workspace.id) : urls.gallery
  const address = (extra: Record<string, string>) => {
    const query = new URLSearchParams({
      ...(workspace ? { workspace: workspace.id } : {}),
      ...(words === '' ? {} : { q: words }),
      ...extra,
    })
    return query.size === 0 ? urls.gallery : `${urls.gallery}?${query}`
  }
  return {
    workspace: workspace?.name ?? null,
    search: {
      action: urls.gallery,
      hidden: workspace ? [['workspace', workspace.id]] : [],
      field: field('q', 'Search connections', { type: 'search', value: words }),
    },
    cards: connections.map(one => cardOf(workspace, one)),
    empty: {
      icon: 'store',
      heading: words === '' && !trail.after ? 'Nothing to connect yet' : 'No results',
      sentence:
        words === '' && !trail.after
          ? 'Applications that any workspace can connect appear here when their developers register them.'
          : 'No connection’s name or developer contains this.',
      action: words === '' && !trail.after ? null : { label: 'Show all', href: plain },
    },
    pagination: paginate(address({}), trail, more ? connections.at(-1)!.id : null),
  }
}

function cardOf(workspace: Workspace | null, connection: GalleryConnection): GalleryCard {
  const { here, name } = connection
  const may = here ? mayInstall(here.placement) : null
  const refusal = may?.kind === 'no' ? may.because : null
  const mayAsk = here !== null && mayRequestApproval(here.placement).kind === 'yes'
  const site = outside(connection.installUrl)
  const installed = here?.installationId ?? null
  const label = refusal !== null ? 'Ask for approval' : installed ? 'Connect again' : 'Connect'
  const canBegin = refusal === null || mayAsk
  return {
    id: connection.id,
    name,
    mark: connectionMark({ ...connection, logo: logoOf(connection) }),
    developer: connection.developerName,
    verification: connection.firstParty ? 'first-party' : connection.verified ? 'verified' : 'unverified',
    description: connection.description,
    levels: shortLevels(connection.capabilities),
    state: workspace && stateOf(workspace, name, installed !== null, refusal),
    manage: workspace && installed ? urls.myConnection.pages(workspace.id, installed) : null,
    start: site && canBegin ? { label, href: site } : null,
    how: site || installed || !canBegin ? null : howOf(connection),
  }
}

function stateOf(
  workspace: Workspace,
  name: string,
  installed: boolean,
  refusal: InstallRefusal | null,
): GalleryCard['state'] {
  if (refusal !== null) return { kind: 'warning', sentence: refusalWords[refusal](workspace.name, name) }
  return installed ? { kind: 'good', sentence: 'You have connected it' } : null
}

const cannot = (_workspace: string, name: string) => `${name} cannot be connected here.`

const refusalWords: Record<InstallRefusal, (workspace: string, name: string) => string> = {
  guest: workspace => `You are a guest in ${workspace}, and guests cannot install connections.`,
  'owners-only': workspace =>
    `The policy of ${workspace} lets only its owners install connections. You can ask for approval when you begin.`,
  'not-approved': workspace =>
    `It is not on the approved list of ${workspace}. You can ask for approval when you begin.`,
  'agent-not-published': workspace =>
    `It registered itself, and ${workspace} allows such connections only once they are approved. You can ask for approval when you begin.`,
  'agent-not-approved': workspace =>
    `It is not on the approved list of ${workspace}. You can ask for approval when you begin.`,
  'agents-off': cannot,
  suspended: workspace =>
    `You connected it in ${workspace} before, and an owner suspended it. Ask an owner to resume it.`,
  'not-a-member': cannot,
  'user-disabled': cannot,
  'connection-disabled': cannot,
  'connection-internal': cannot,
}

function howOf({ name, website }: GalleryConnection): NonNullable<GalleryCard['how']> {
  const site = outside(website)
  return site
    ? {
        sentence: `To connect it, open ${name} and start from there.`,
        website: site,
      }
    : {
        sentence: `To connect it, sign in to ${name} and look for its integrations or connections.`,
        website: null,
      }
}
