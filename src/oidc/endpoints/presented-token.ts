/** What a token request presents, looked up together with its client. */
import { hash } from 'node:crypto'
import { mayInstall } from '../../installs/policy.ts'
import { tokenPrefix } from '../../installs/token-value.ts'
import type { Source } from '../library/exchange.ts'
import type { ClientProof, KeptCode, KeptRefreshToken, TokenStore } from '../ports.ts'
import type { Successors } from './next-refresh-token.ts'
import type { Fields } from './request-body.ts'

export type Presented = { proof: ClientProof | null; source: Source }

export type PresentedNeeds = {
  store: Pick<TokenStore, 'readCode' | 'readRefreshToken'>
  readProof(clientId: string): Promise<ClientProof | null>
  successors: Successors
}

/** One query brings the client and what it presents. A value that cannot be one of ours is not looked up. */
export async function readPresented(
  needs: PresentedNeeds,
  clientId: string,
  fields: Fields,
): Promise<Presented> {
  const { grant_type, code, refresh_token } = fields
  if (grant_type === 'authorization_code' && code !== undefined && tokenPrefix(code) === 'lkc_')
    return readCode(needs, clientId, code)
  if (grant_type === 'refresh_token' && refresh_token !== undefined && tokenPrefix(refresh_token) === 'lkr_')
    return readRefreshToken(needs, clientId, refresh_token)
  return { proof: await needs.readProof(clientId), source: { kind: 'none' } }
}

async function readCode(needs: PresentedNeeds, clientId: string, value: string): Promise<Presented> {
  const codeHash = hash('sha256', value, 'buffer')
  const found = await needs.store.readCode(clientId, codeHash)
  return { proof: found.client, source: { kind: 'code', value, hash: codeHash, kept: found.code } }
}

async function readRefreshToken(needs: PresentedNeeds, clientId: string, value: string): Promise<Presented> {
  const tokenHash = hash('sha256', value, 'buffer')
  const reading = needs.store.readRefreshToken(clientId, tokenHash)
  const candidates = needs.successors(value) // while the database is at work
  const found = await reading
  const issued = found.token?.successor
  const next = issued ? candidates.find(one => one.hash.equals(issued)) : candidates[0]!
  const successor = next?.value ?? null
  return {
    proof: found.client,
    source: { kind: 'refresh', value, hash: tokenHash, kept: found.token, successor },
  }
}

/**
 * Why the member's installation may not have tokens; null: it may. The policy is asked again at the exchange of a code; a
 * refresh needs its installation in force, whatever the policy has become.
 */
export function standing(source: Source): string | null {
  if (source.kind === 'code' && source.kept) return codeStanding(source.kept)
  if (source.kind === 'refresh' && source.kept) return refreshStanding(source.kept)
  return null
}

function codeStanding(code: KeptCode): string | null {
  const may = mayInstall(code.placement)
  return may.kind === 'yes' ? null : `The member may no longer install this connection (${may.because}).`
}

function refreshStanding(token: KeptRefreshToken): string | null {
  if (token.installation.state !== 'active') return `The installation is ${token.installation.state}.`
  return token.installerStays ? null : 'The member who installed this connection has left.'
}
