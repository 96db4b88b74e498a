/** Reads the code or the refresh token of a token request together with its client. */
import { hash } from 'node:crypto'
import { mayInstall } from '../../installs/policy.ts'
import { tokenPrefix } from '../../installs/token-value.ts'
import type { Source } from '../library/exchange.ts'
import type { ClientProof, KeptCode, KeptRefreshToken, TokenReadings } from '../ports.ts'
import type { CodeTokensOf } from './code-tokens.ts'
import type { NextRefreshTokens } from './next-refresh-token.ts'
import type { Fields } from './request-body.ts'

export type Presented = { proof: ClientProof | null; source: Source }

export type PresentedNeeds = {
  store: TokenReadings
  readProof(clientId: string): Promise<ClientProof | null>
  nextRefreshTokens: NextRefreshTokens
  codeTokens: CodeTokensOf
}

/** One query reads the client and the token. A value without our prefix and checksum is not looked up. */
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
  const reading = needs.store.readCode(clientId, codeHash)
  const candidates = needs.codeTokens(value)
  const found = await reading
  const first = found.code?.first
  const tokens =
    (first ? candidates.find(one => one.accessHash.equals(first.accessHash)) : candidates[0]!) ?? null
  return { proof: found.client, source: { kind: 'code', value, hash: codeHash, kept: found.code, tokens } }
}

async function readRefreshToken(needs: PresentedNeeds, clientId: string, value: string): Promise<Presented> {
  const tokenHash = hash('sha256', value, 'buffer')
  const reading = needs.store.readRefreshToken(clientId, tokenHash)
  const candidates = needs.nextRefreshTokens(value) // while the query runs
  const found = await reading
  const issued = found.token?.nextHash
  const next = (issued ? candidates.find(one => one.hash.equals(issued)) : candidates[0]!)?.value ?? null
  return {
    proof: found.client,
    source: { kind: 'refresh', value, hash: tokenHash, kept: found.token, next },
  }
}

/**
 * The reason to refuse tokens, if any. A code exchange checks the workspace policy again; a refresh requires an active
 * installation, under any policy.
 */
export function denialReason(source: Source): string | null {
  if (source.kind === 'code' && source.kept) return codeDenial(source.kept)
  if (source.kind === 'refresh' && source.kept) return refreshDenial(source.kept)
  return null
}

function codeDenial(code: KeptCode): string | null {
  const may = mayInstall(code.placement)
  return may.kind === 'yes' ? null : `The member may no longer install this connection (${may.because}).`
}

function refreshDenial(token: KeptRefreshToken): string | null {
  if (token.installation.state !== 'active') return `The installation is ${token.installation.state}.`
  if (token.installation.accessEnded) return 'The time for which the member allowed access is over.'
  return token.installerStays ? null : 'The member who installed this connection has left.'
}
