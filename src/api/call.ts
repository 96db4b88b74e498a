/** One call of a partner, as the routes see it: who calls, what was sent, and the way in. */
import type { Bearer, PresentedToken } from '../installs/bearer.ts'
import type { Capability } from '../installs/capability.ts'
import { isMeantForUs, requireCapability } from './bearer.ts'
import type { CallLimit } from './call-limit.ts'
import type { Cursors } from './cursor.ts'
import type { ApiNeeds } from './needs.ts'
import { unauthorized } from './refusals.ts'

export type Wing = ApiNeeds & { callLimit: CallLimit; cursors: Cursors }

export class Call {
  readonly token: PresentedToken
  readonly now: Date
  /** The part of the address that names what is asked for; empty where none does. */
  readonly id: string
  readonly query: Readonly<Record<string, unknown>>
  /** The version of the dialect that the partner asks for; null: he says none. */
  readonly version: string | null
  /** The JSON object that was sent; empty where none was. */
  body: Readonly<Record<string, unknown>> = {}
  private readonly wing: Wing
  private admitted = false

  constructor(wing: Wing, sent: Pick<Call, 'token' | 'id' | 'query' | 'version'>) {
    this.wing = wing
    this.token = sent.token
    this.id = sent.id
    this.query = sent.query
    this.version = sent.version
    this.now = wing.now()
  }

  /**
   * Lets the bearer of a reading in, once a call: the token is in force and meant for us, it has calls left, and it may do
   * what is needed.
   * @throws ApiRefusal `unauthorized`, `rate_limited`, `restricted_resource`.
   */
  async admit<Seen extends { bearer: Bearer }>(seen: Seen | null, needed: Capability | null): Promise<Seen> {
    if (!seen || !isMeantForUs(seen.bearer, this.wing.issuer)) throw unauthorized()
    if (!this.admitted) {
      await this.wing.callLimit.take(this.token.hash.toString('base64'))
      this.wing.noteUse(seen.bearer, this.now)
      this.admitted = true
    }
    if (needed) requireCapability(seen.bearer, needed)
    return seen
  }

  /** Lets in whoever was not yet, as before a refusal that only a bearer in force is told of. */
  async admitAnyone(): Promise<void> {
    if (this.admitted) return
    const bearer = await this.wing.access.bearer(this.token, this.now)
    await this.admit(bearer && { bearer }, null)
  }
}
