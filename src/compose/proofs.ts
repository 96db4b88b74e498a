import { dpopProofs, type Proofs } from '../dpop/proofs.ts'
import { now } from './action-parts.ts'
import type { Stores } from './stores.ts'

/** Proofs of possession, each accepted once among all processes. */
export const openProofs = ({ secretKeys, shortLived }: Stores): Proofs =>
  dpopProofs({ secretKeys, shortLived, now })
