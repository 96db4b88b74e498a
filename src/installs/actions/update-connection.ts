import type { ActionParts } from '../action-context.ts'
import type { Capability } from '../capability.ts'
import {
  connectionEvent,
  type DeveloperContext,
  hold,
  type ManagedConnection,
  type ManagedStores,
  type Unknown,
} from '../managed-connection.ts'
import {
  type ConnectionSettings,
  faultsOfSettings,
  type NativeSchemes,
  type SettingsFault,
  settingsOf,
} from '../registration.ts'
import { changesBetween, type SettingsChange } from '../settings-change.ts'

export type UpdateStores = ManagedStores & {
  saveSettings(connectionId: string, settings: ConnectionSettings, now: Date): Promise<void>
  /** Those of its one installation, unless the workspace disconnected it. */
  saveInternalCapabilities(connectionId: string, capabilities: Capability[], now: Date): Promise<void>
  /** @returns how many were live. */
  revokeSecrets(connectionId: string, now: Date): Promise<number>
}

export type Updated =
  | { kind: 'updated'; changes: SettingsChange[] }
  | { kind: 'invalid'; faults: SettingsFault[] }
  /** Somebody changed it since it was read. */
  | { kind: 'changed-meanwhile' }
  | Unknown

/**
 * Changes the given members; the others stay. Takes effect on everyone's next request. Installed tokens keep the capabilities
 * that users consented to; an internal connection's token follows at once.
 * @param version the connection's when the change was composed; null: any.
 */
export function updateConnection(needs: ActionParts<UpdateStores> & NativeSchemes) {
  return (
    context: DeveloperContext,
    wanted: Partial<ConnectionSettings>,
    version: string | null,
  ): Promise<Updated> =>
    needs.transact(async stores => {
      const found = await hold(stores, context)
      if (!found) return { kind: 'unknown' }
      if (version !== null && version !== found.version) return { kind: 'changed-meanwhile' }
      const before = settingsOf(found.connection)
      const after = { ...before, ...wanted }
      const faults = faultsOfSettings(found.connection.kind, after, needs.nativeSchemes)
      if (faults.length > 0) return { kind: 'invalid', faults }
      const changes = changesBetween(before, after)
      if (changes.length > 0) await save(needs, stores, context, found, after, changes)
      return { kind: 'updated', changes }
    })
}

/** Of these the event keeps the values, not only that they changed. */
const lists: SettingsChange['member'][] = ['redirectUris', 'capabilities', 'optionalCapabilities']

async function save(
  needs: ActionParts<UpdateStores>,
  stores: UpdateStores,
  context: DeveloperContext,
  { connection }: ManagedConnection,
  settings: ConnectionSettings,
  changes: SettingsChange[],
): Promise<void> {
  const now = needs.now()
  const changed = (member: SettingsChange['member']) => changes.some(one => one.member === member)
  await stores.saveSettings(connection.id, settings, now)
  await stores.append(
    connectionEvent(needs, context, connection, 'connection.updated', {
      changed: changes.map(one => one.member),
      ...Object.fromEntries(
        changes
          .filter(one => lists.includes(one.member))
          .map(({ member, before, after }) => [member, { before, after }]),
      ),
    }),
  )
  if (connection.kind === 'internal' && changed('capabilities'))
    await stores.saveInternalCapabilities(connection.id, settings.capabilities, now)
  // A client that keeps no secret must not get its old ones back by becoming confidential again.
  if (settings.clientType === 'public' && changed('clientType')) {
    const count = await stores.revokeSecrets(connection.id, now)
    if (count > 0)
      await stores.append(
        connectionEvent(needs, context, connection, 'secret.revoked', { count, because: 'became-public' }),
      )
  }
}
