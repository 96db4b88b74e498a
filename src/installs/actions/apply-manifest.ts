import type { Connection } from '../connection.ts'
import {
  type DeveloperContext,
  isManagedBy,
  type ManagedConnection,
  type Unknown,
} from '../managed-connection.ts'
import {
  type ConnectionSettings,
  faultsOfSettings,
  type NativeSchemes,
  type SettingsFault,
  settingsOf,
} from '../registration.ts'
import { changesBetween, type SettingsChange, stopsBy } from '../settings-change.ts'
import type { Updated } from './update-connection.ts'

/** The settings of a connection as a document has them, some or all. */
export type Manifest = {
  /** The connection that it describes, if it names one. */
  id: string | null
  kind: Connection['kind'] | null
  settings: Partial<ConnectionSettings>
}

/** A change, with its consequences as a sentence if it stops something. */
export type PlannedChange = SettingsChange & { stops: string | null }

export type Planned =
  /** `version`: to apply exactly this plan, and not another that somebody made possible meanwhile. */
  | { kind: 'planned'; changes: PlannedChange[]; version: string }
  | { kind: 'invalid'; faults: SettingsFault[] }
  /** The manifest is of another connection, or of one of another kind. */
  | { kind: 'of-another'; member: 'id' | 'kind' }
  | Unknown

/** A manifest is planned first, so that the changes can be shown, and then applied as planned. */
export function applyManifest(
  needs: NativeSchemes & {
    /** Null for an unknown connection. `userId` null: the operator. */
    readConnection(connectionId: string, userId: string | null): Promise<ManagedConnection | null>
    /** How many client secrets are in use. */
    countSecrets(connectionId: string): Promise<number>
    update(context: DeveloperContext, wanted: Manifest['settings'], version: string | null): Promise<Updated>
  },
) {
  async function plan(context: DeveloperContext, manifest: Manifest): Promise<Planned> {
    const found = await needs.readConnection(context.connectionId, context.userId)
    if (!found || (context.userId !== null && !isManagedBy(found))) return { kind: 'unknown' }
    const { connection, version } = found
    if (manifest.id !== null && manifest.id !== connection.id) return { kind: 'of-another', member: 'id' }
    if (manifest.kind !== null && manifest.kind !== connection.kind)
      return { kind: 'of-another', member: 'kind' }
    const before = settingsOf(connection)
    const after = { ...before, ...manifest.settings }
    const faults = faultsOfSettings(connection.kind, after, needs.nativeSchemes)
    if (faults.length > 0) return { kind: 'invalid', faults }
    const reach = { kind: connection.kind, liveSecrets: await needs.countSecrets(connection.id) }
    const changes = changesBetween(before, after).map(change => ({
      ...change,
      stops: stopsBy(change, reach),
    }))
    return { kind: 'planned', changes, version }
  }

  return {
    plan,

    /** Idempotent. */
    async apply(context: DeveloperContext, manifest: Manifest, version: string): Promise<Planned | Updated> {
      const planned = await plan(context, manifest)
      return planned.kind === 'planned' ? needs.update(context, manifest.settings, version) : planned
    },
  }
}
