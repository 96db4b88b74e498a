import { mayCreateConnection } from '../policy.ts'
import { type Refusal, refused } from '../refusal.ts'
import type { ConnectionSettings } from '../registration.ts'
import type { Plan, Policy, Role } from '../workspace.ts'
import {
  type From,
  type Registered,
  type RegisterNeeds,
  type RegisterStores,
  type RegistrationFault,
  registerConnection,
} from './register-connection.ts'

export type CreateStores = RegisterStores & {
  /** null when there is no such workspace. */
  placeToCreate(
    userId: string,
    workspaceId: string,
  ): Promise<{ role: Role | null; userDisabled: boolean; plan: Plan; policy: Policy } | null>
}

/** A developer's connection: it belongs to a workspace of theirs. Only the operator marks it as first-party or verified. */
export type Creation = ConnectionSettings & {
  kind: 'public' | 'internal'
  workspaceId: string
  userId: string
}

/** Registers a connection for a member, as far as the workspace's policy allows it. */
export function createConnection(
  needs: Omit<RegisterNeeds, 'transact'> & {
    transact<T>(work: (stores: CreateStores) => Promise<T>): Promise<T>
  },
) {
  return (
    { userId, ...asked }: Creation,
    from: From,
  ): Promise<Registered | { kind: 'invalid'; faults: RegistrationFault[] } | Refusal> =>
    needs.transact(async stores => {
      const place = await stores.placeToCreate(userId, asked.workspaceId)
      if (!place) return refused('not-a-member')
      const may = mayCreateConnection({ userId, ...place }, place.plan, place.policy)
      if (may.kind === 'no') return refused(may.because)
      const register = registerConnection({ ...needs, transact: work => work(stores) })
      return register({ ...asked, createdBy: userId, firstParty: false, verified: false }, from)
    })
}
