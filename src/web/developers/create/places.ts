/** In which workspaces someone may create a connection, and why not in the others. */
import { mayCreateConnection } from '../../../installs/policy.ts'
import type { Plan, Policy, Role } from '../../../installs/workspace.ts'

export type PlaceToCreate = { id: string; name: string; plan: Plan; role: Role; policy: Policy }

function mayCreateIn(userId: string, place: PlaceToCreate) {
  return mayCreateConnection({ userId, role: place.role, userDisabled: false }, place.plan, place.policy)
}

export function openPlaces(userId: string, places: PlaceToCreate[]): PlaceToCreate[] {
  return places.filter(place => mayCreateIn(userId, place).kind === 'yes')
}

/** A sentence for whoever may create none anywhere; null: he may. */
export function whyNot(userId: string, places: PlaceToCreate[]): string | null {
  if (openPlaces(userId, places).length > 0) return null
  if (places.length === 0)
    return 'A connection belongs to a workspace, and you are in none. Ask an owner to add you.'
  return places.every(place => place.role === 'guest')
    ? 'You are a guest, and connections are created by members. Ask an owner of a workspace to make you one.'
    : 'Your workspaces let their owners alone create connections. Ask an owner to create it, or to change the policy.'
}
