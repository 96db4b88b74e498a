import type { Capability } from '../../installs/capability.ts'
import type { Consent } from '../../installs/consent.ts'
import type { WebContext } from '../http/state.ts'

/** A partner's request that waits for its user. */
export type WaitingRequest = {
  uid: string
  connectionId: string
  capabilities: Capability[]
  /** The workspace that the partner suggests; the user may choose another. */
  workspaceHint: string | null
  /** The pages that the partner asks for; ids that are unknown or out of reach may be among them. */
  wishedPages: string[]
  loginHint: string | null
  /** The partner wants a sign-in made for this very request (`prompt=login`). */
  mustSignIn: boolean
  redirectUri: string
  state: string | null
  /** The request of a device, which shows its person a code; `redirectUri` is ours then. */
  isOfDevice: boolean
  /** All parameters of the partner: sent again to the authorization endpoint, they make the same request. */
  parameters: Record<string, string>
  expiresAt: Date
}

/** The provider's side of the flow. */
export type Interactions = {
  /** Null for a request that is unknown, over, answered, or another browser's. */
  read(ctx: WebContext): Promise<WaitingRequest | null>
  /**
   * Ends the flow with this consent, and redirects the browser to the partner. @throws with status 400 where `read` gives null.
   */
  finish(ctx: WebContext, consent: Consent): Promise<void>
  /**
   * Redirects the browser of an answered request to the partner once more, with the same code. @returns false, without an answer,
   * once the code is redeemed or its time is over, and for another browser.
   */
  repeat(ctx: WebContext): Promise<boolean>
  /** Ends the flow with access_denied, and redirects the browser to the partner. */
  cancel(ctx: WebContext): Promise<void>
}
