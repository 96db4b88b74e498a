/** A request with an access token, as the handlers see it. */
import type { Bearer, PresentedToken } from '../installs/bearer.ts'
import type { Capability } from '../installs/capability.ts'
import { isOurs } from '../installs/resource.ts'
import { requireCapability } from './bearer.ts'
import type { CallRateLimit } from './call-rate-limit.ts'
import type { AccessReadings } from './ports.ts'
import { unauthorized } from './refusals.ts'

export type CallNeeds = {
  issuer: string
  access: AccessReadings
  callLimit: CallRateLimit
  /** Notes when the token was last used. Must not wait for a store. */
  noteUse(bearer: Bearer, now: Date): void
  now(): Date
}

export class Call {
  readonly token: PresentedToken
  /** The `Notion-Version` header: the version of the dialect; null where it is absent. */
  readonly version: string | null
  readonly now: Date
  private readonly needs: CallNeeds
  private admitted = false

  /** The thumbprint of the key that the request proved to have; null: it came with a bearer token. */
  private readonly jkt: string | null

  constructor(needs: CallNeeds, token: PresentedToken, jkt: string | null, version: string | null) {
    this.needs = needs
    this.token = token
    this.jkt = jkt
    this.version = version
    this.now = needs.now()
  }

  /**
   * Checks the bearer that a reading found: the token is in force and meant for us, it has calls left (counted once a
   * request), and it has the capability.
   * @throws ApiRefusal `unauthorized`, `rate_limited`, `restricted_resource`.
   */
  async admit<Seen extends { bearer: Bearer }>(seen: Seen | null, needed: Capability | null): Promise<Seen> {
    // A bound token works with its key alone, and a key helps no other token.
    if (!seen || !isOurs(seen.bearer.audience, this.needs.issuer) || seen.bearer.jkt !== this.jkt)
      throw unauthorized()
    if (!this.admitted) {
      await this.needs.callLimit.take(this.token.hash.toString('base64'))
      this.needs.noteUse(seen.bearer, this.now)
      this.admitted = true
    }
    if (needed) requireCapability(seen.bearer, needed, this.needs.issuer)
    return seen
  }

  /** Checks the bearer before a refusal that only the holder of a token in force may see. */
  async admitAnyone(): Promise<void> {
    if (this.admitted) return
    const bearer = await this.needs.access.bearer(this.token, this.now)
    await this.admit(bearer && { bearer }, null)
  }
}
