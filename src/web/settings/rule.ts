/** Policy, approvals and hand-overs: what owners decide for the workspace, and what members ask and are offered. */
import type Router from '@koa/router'
import type { WebState } from '../http/state.ts'
import { type ApprovedNeeds, approved } from './approvals/routes.ts'
import { type OfferNeeds, offers } from './hand-overs/offer-routes.ts'
import { type HandOverNeeds, handOvers } from './hand-overs/routes.ts'
import { type MyRequestsNeeds, myRequests } from './my-requests/routes.ts'
import { type PolicyNeeds, policy } from './policy/routes.ts'
import { type RequestsNeeds, requests } from './requests/routes.ts'

/** What every screen gets. */
type Around = Pick<PolicyNeeds, 'render' | 'faults' | 'gate' | 'now'>

export type RuleNeeds = {
  policy: Omit<PolicyNeeds, keyof Around>
  approved: Omit<ApprovedNeeds, keyof Around>
  requests: Omit<RequestsNeeds, keyof Around>
  myRequests: Omit<MyRequestsNeeds, keyof Around>
  handOver: Omit<HandOverNeeds, keyof Around>
  offers: Omit<OfferNeeds, keyof Around>
}

export function rule(needs: RuleNeeds, around: Around): Router<WebState>[] {
  return [
    policy({ ...around, ...needs.policy }),
    approved({ ...around, ...needs.approved }),
    requests({ ...around, ...needs.requests }),
    myRequests({ ...around, ...needs.myRequests }),
    handOvers({ ...around, ...needs.handOver }),
    offers({ ...around, ...needs.offers }),
  ]
}
