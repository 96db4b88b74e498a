import type { ManagedConnection } from '../../../installs/managed-connection.ts'
import type { ConfirmPage } from '../../frame/confirm.ts'
import { view } from '../../frame/render.ts'
import { urls } from '../../urls.ts'
import { inForceWords } from '../connection/page.ts'
import type { InForce } from '../connection/readings.ts'
import { type ConnectionHead, headOf } from '../frame/head.ts'

export type DangerPage = {
  head: ConnectionHead
  use: string
  /** Switching off or on, as its state allows. */
  power: {
    heading: string
    sentence: string
    /** Off asks on a screen of its own; on takes effect at once. Null if only the operator may. */
    step: { kind: 'ask' | 'post'; label: string; href: string } | null
  }
  remove: { label: string; href: string }
}
export const dangerView = view<DangerPage>('developers/danger')

export function dangerPage(managed: ManagedConnection, inForce: InForce): DangerPage {
  const { connection, disabledBy } = managed
  return {
    head: headOf(managed, 'danger'),
    use:
      inForce.installations === 0
        ? `${connection.name} is not installed anywhere.`
        : `${connection.name} is in use: ${inForceWords(inForce)}.`,
    power: powerOf(connection.id, disabledBy),
    remove: { label: 'Delete connection', href: urls.developersPart(connection.id, 'delete') },
  }
}

function powerOf(id: string, disabledBy: ManagedConnection['disabledBy']): DangerPage['power'] {
  if (disabledBy === 'operator')
    return {
      heading: 'Switched off by the operator',
      sentence:
        'The operator of this service has switched it off, and only they can switch it on again. Ask them.',
      step: null,
    }
  if (disabledBy === 'developer')
    return {
      heading: 'Switch on again',
      sentence: 'Flows, tokens and secrets work again from the next request on, as they did before.',
      step: { kind: 'post', label: 'Switch on', href: urls.developersPart(id, 'enable') },
    }
  return {
    heading: 'Switch off',
    sentence: 'Flows, tokens and secrets stop working at once. You can switch it on again without loss.',
    step: { kind: 'ask', label: 'Switch off', href: urls.developersPart(id, 'disable') },
  }
}

/** The consequences, the same for switching off and deleting. */
function stops({ kind, name }: { kind: 'public' | 'internal'; name: string }, inForce: InForce): string[] {
  const first =
    inForce.installations === 0
      ? 'It is not installed anywhere, so deleting it or switching it off affects no one.'
      : `${inForceWords(inForce)} will stop working.`
  return kind === 'internal'
    ? [first, 'Its token is refused on the next request.']
    : [first, 'Its tokens are refused on the next request.', `${name} can no longer be connected.`]
}

export function disablePage({ connection }: ManagedConnection, inForce: InForce): ConfirmPage {
  return {
    heading: `Switch ${connection.name} off?`,
    lead: 'Everything that it does stops at once, for everyone.',
    effects: stops(connection, inForce),
    undo: 'You can switch it on again at any time; everything then goes on where it stopped.',
    submit: {
      label: 'Switch off',
      action: urls.developersPart(connection.id, 'disable'),
      fields: [],
      danger: true,
    },
    back: { label: 'Leave it on', href: urls.developersPart(connection.id, 'danger') },
  }
}

export function deletePage({ connection }: ManagedConnection, inForce: InForce): ConfirmPage {
  return {
    heading: `Delete ${connection.name}?`,
    lead: 'Everything that it does stops at once, for everyone, and it disappears from here.',
    effects: [
      ...stops(connection, inForce),
      'Its secrets and tokens, and the access that people allowed, are gone.',
    ],
    undo: 'This cannot be undone. Switching it off stops the same things, and can be undone.',
    submit: {
      label: 'Delete connection',
      action: urls.developersPart(connection.id, 'delete'),
      fields: [],
      danger: true,
    },
    back: { label: 'Keep it', href: urls.developersPart(connection.id, 'danger') },
  }
}
