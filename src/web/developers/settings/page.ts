import type { ManagedConnection } from '../../../installs/managed-connection.ts'
import { type ConnectionSettings, type SettingsFault, settingsOf } from '../../../installs/registration.ts'
import type { Notice } from '../../frame/notice.ts'
import { view } from '../../frame/render.ts'
import { urls } from '../../urls.ts'
import { type ConnectionHead, headOf } from '../frame/head.ts'
import { type SettingsFields, settingsFields } from './fields.ts'

export type SettingsPage = {
  head: ConnectionHead
  notice: Notice | null
  action: string
  /** The version of the connection that the form was filled in for. */
  version: string
  fields: SettingsFields
  logo: {
    /** Null without a logo. */
    src: string | null
    upload: string
    remove: string
    error: string | null
  }
}
export const settingsView = view<SettingsPage>('developers/settings')

export function settingsPage(
  managed: ManagedConnection,
  /** The values of a refused form, shown again. */
  again?: { settings: ConnectionSettings; faults: SettingsFault[] } | null,
  logoError: string | null = null,
): SettingsPage {
  const { connection } = managed
  const problem = again
    ? 'The settings were not saved. The fields to correct are marked below.'
    : logoError && 'The logo was not changed; see below.'
  return {
    head: headOf(managed, 'settings'),
    notice: problem === null ? null : { kind: 'danger', sentence: problem },
    action: urls.developersPart(connection.id, 'settings'),
    version: managed.version,
    fields: settingsFields(connection.kind, again?.settings ?? settingsOf(connection), again?.faults ?? []),
    logo: {
      src: connection.hasLogo ? urls.logo(connection.id) : null,
      upload: urls.developersPart(connection.id, 'logo'),
      remove: urls.developersPart(connection.id, 'logo/remove'),
      error: logoError,
    },
  }
}
