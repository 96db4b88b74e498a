/** A request of the host product with a credential of its own (`latchkey admin create`), as a bearer token (RFC 6750 §2.1). */
import { hash } from 'node:crypto'
import type { Context } from 'koa'
import type { AdminScope } from '../installs/admin-credential.ts'
import { tokenPrefix } from '../installs/token-value.ts'
import type { FindAdmin } from './ports.ts'
import { ApiRefusal } from './refusals.ts'

export type AdminCall = {
  readonly admin: { id: string; name: string }
  readonly now: Date
  readonly ctx: Context
}

/** No protected resource of OAuth: the operator makes these credentials. */
const realm = 'admin'

/**
 * A value that cannot be one of ours is refused without a look-up.
 * @throws ApiRefusal `unauthorized`, `restricted_resource`.
 */
export async function authenticateAdmin(
  needs: { findAdmin: FindAdmin; now(): Date },
  ctx: Context,
  scope: AdminScope,
): Promise<AdminCall> {
  const header = ctx.get('authorization')
  if (header === '')
    throw new ApiRefusal(
      'unauthorized',
      'An admin credential is required in the Authorization header, as a bearer token.',
      { challenge: { realm } },
    )
  const value = /^Bearer +(\S+)$/i.exec(header)?.[1] ?? ''
  const admin = tokenPrefix(value) === 'lkh_' ? await needs.findAdmin(hash('sha256', value, 'buffer')) : null
  if (!admin)
    throw new ApiRefusal('unauthorized', 'The admin credential is unknown or revoked.', {
      challenge: { realm, error: 'invalid_token' },
    })
  if (!admin.scopes.includes(scope))
    throw new ApiRefusal(
      'restricted_resource',
      `The credential does not have the scope ${scope}, which this needs.`,
      {
        challenge: { realm, error: 'insufficient_scope', scope },
      },
    )
  return { admin: { id: admin.id, name: admin.name }, now: needs.now(), ctx }
}
