import type { ManagedConnection } from '../../../installs/managed-connection.ts'
import type { SettingsFault } from '../../../installs/registration.ts'
import { manifestName, manifestOf } from '../../../manifest/manifest.ts'
import type { Notice } from '../../frame/notice.ts'
import { view } from '../../frame/render.ts'
import type { TextArea } from '../../kit/field.ts'
import { urls } from '../../urls.ts'
import { type ConnectionHead, headOf } from '../frame/head.ts'

export type ManifestPage = {
  head: ConnectionHead
  notice: Notice | null
  code: { id: string; label: string; text: string }
  download: string
  schema: string
  command: { id: string; label: string; text: string }
  action: string
  area: TextArea
}
export const manifestView = view<ManifestPage>('developers/manifest')

export function manifestText(managed: ManagedConnection, issuer: string): string {
  return `${JSON.stringify(manifestOf(managed.connection, issuer + urls.manifestSchema), null, 2)}\n`
}

export function manifestPage(
  managed: ManagedConnection,
  issuer: string,
  /** The manifest that was refused, and its errors. */
  again?: { text: string; errors: string[]; notice: Notice | null },
): ManifestPage {
  const { id } = managed.connection
  return {
    head: headOf(managed, 'manifest'),
    notice: again?.notice ?? null,
    code: { id: 'manifest-text', label: 'What is registered now', text: manifestText(managed, issuer) },
    download: urls.developersPart(id, 'manifest.json'),
    schema: issuer + urls.manifestSchema,
    command: {
      id: 'manifest-command',
      label: 'The same, where the operator’s command line is at hand',
      text: 'npx latchkey connection apply manifest.json',
    },
    action: urls.developersPart(id, 'manifest'),
    area: {
      name: 'manifest',
      label: 'Manifest',
      value: again?.text ?? '',
      hint: 'A member that is left out stays as it is, null clears it.',
      required: false,
      rows: 8,
      errors: again?.errors ?? [],
      code: true,
    },
  }
}

/** Under the names of the manifest. */
export function manifestFault({ member, value, fault }: SettingsFault): string {
  const name = manifestName[member]
  return value === undefined ? `${name} ${fault}.` : `${name}: ${JSON.stringify(value)} ${fault}.`
}
