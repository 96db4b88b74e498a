import { blankSettings, type ConnectionSettings, type SettingsFault } from '../../../installs/registration.ts'
import { view } from '../../frame/render.ts'
import type { Select } from '../../kit/field.ts'
import type { IconName } from '../../kit/icons.ts'
import { urls } from '../../urls.ts'
import { type SettingsFields, settingsFields } from '../settings/fields.ts'
import type { TargetWorkspace } from './readings.ts'

/** The first question: public or internal. */
export type KindsPage = {
  /** The reason why they may create none, if so. */
  cannot: string | null
  kinds: { heading: string; sentence: string; icon: IconName; href: string; label: string }[]
}
export const kindsView = view<KindsPage>('developers/kinds')

export function kindsPage(cannot: string | null): KindsPage {
  return {
    cannot,
    kinds: [
      {
        heading: 'Public connection',
        sentence:
          'For an application that others use. Their people press “Connect”, choose pages and allow access; you receive tokens by OAuth 2.0.',
        icon: 'store',
        href: urls.developersNew('public'),
        label: 'Create a public connection',
      },
      {
        heading: 'Internal connection',
        sentence:
          'For one workspace of yours. There is no flow: it has a standing token, and reaches the pages that its people add it to.',
        icon: 'key-round',
        href: urls.developersNew('internal'),
        label: 'Create an internal connection',
      },
    ],
  }
}

export type CreatePage = {
  heading: string
  lead: string
  action: string
  /** The id of this form: its button counts once. */
  form: string
  problem: string | null
  workspace: Select
  fields: SettingsFields
  submit: string
  back: string
}
export const createView = view<CreatePage>('developers/create')

/** The settings of an empty form: nearly every connection reads content. */
export const firstSettings: ConnectionSettings = { ...blankSettings, capabilities: ['read_content'] }

export function createPage(facts: {
  kind: 'public' | 'internal'
  workspaces: TargetWorkspace[]
  form: string
  workspaceId: string | null
  settings: ConnectionSettings
  faults: SettingsFault[]
}): CreatePage {
  const { kind, workspaces, faults } = facts
  const isPublic = kind === 'public'
  return {
    heading: isPublic ? 'New public connection' : 'New internal connection',
    lead: isPublic
      ? 'As soon as it is created, it appears in the gallery of every workspace. Everything here can be changed later, except that it is public and where it belongs.'
      : 'Its token is shown once it is created. Everything here can be changed later, except that it is internal and where it belongs.',
    action: urls.developersNew(kind),
    form: facts.form,
    problem:
      faults.length > 0
        ? 'The connection was not created yet. The fields to correct are marked below.'
        : null,
    workspace: {
      name: 'workspace',
      label: 'Workspace',
      hint: isPublic
        ? 'Its owners look after the connection together with you.'
        : 'The connection can be added to its pages. Its owners look after it together with you.',
      error: null,
      options: workspaces.map(({ id, name }) => ({
        value: id,
        label: name,
        selected: id === facts.workspaceId,
      })),
    },
    fields: settingsFields(kind, facts.settings, faults),
    submit: isPublic ? 'Create connection' : 'Create connection and token',
    back: urls.developersNew(),
  }
}
