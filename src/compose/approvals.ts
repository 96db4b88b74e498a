import type Router from '@koa/router'
import type { ClientBase } from 'pg'
import type { EntityManager } from 'typeorm'
import { addApproval } from '../installs/actions/add-approval.ts'
import { addPublisher, removePublisher } from '../installs/actions/approve-publisher.ts'
import { closeRequest } from '../installs/actions/close-request.ts'
import { decideApproval } from '../installs/actions/decide-approval.ts'
import { disconnectUnapproved } from '../installs/actions/disconnect-unapproved.ts'
import { removeApproval } from '../installs/actions/remove-approval.ts'
import { resumeRequest } from '../installs/actions/resume-request.ts'
import { setPolicy } from '../installs/actions/set-policy.ts'
import { withdrawRequest } from '../installs/actions/withdraw-request.ts'
import type { InstallProvider } from '../oidc/library/provider.ts'
import { policyStore } from '../storage/postgres/policies.ts'
import { poolOf } from '../storage/postgres/pool.ts'
import { readOwners } from '../storage/postgres/queries/install/choices.ts'
import {
  readApproved,
  readApprovedPeople,
  readCandidates,
  readInstaller,
  readPublishers,
} from '../storage/postgres/queries/settings/approvals.ts'
import { readMyRequest, readMyRequests } from '../storage/postgres/queries/settings/my-requests.ts'
import { readMyOffers } from '../storage/postgres/queries/settings/offers.ts'
import { readPolicy } from '../storage/postgres/queries/settings/policy.ts'
import { readRequest, readRequests } from '../storage/postgres/queries/settings/requests.ts'
import { approvalRequestStore, readApprovalRequest } from '../storage/postgres/stores/approval-requests.ts'
import { approvalStore } from '../storage/postgres/stores/approvals.ts'
import { installationStore } from '../storage/postgres/stores/installations.ts'
import { readPlacement } from '../storage/postgres/stores/placements.ts'
import { userStore } from '../storage/postgres/stores/users.ts'
import type { Frame } from '../web/frame/frame.ts'
import type { WebState } from '../web/http/state.ts'
import { approved } from '../web/settings/approvals/routes.ts'
import { myRequests } from '../web/settings/my-requests/routes.ts'
import { policy } from '../web/settings/policy/routes.ts'
import { requests } from '../web/settings/requests/routes.ts'
import { actionParts, now } from './action-parts.ts'
import { connectionActions } from './connections.ts'
import type { Stores } from './stores.ts'

const storesOf = (client: ClientBase, repositories: EntityManager) => ({
  ...installationStore(client),
  ...policyStore(client),
  ...approvalStore(client),
  ...approvalRequestStore(client, repositories),
  placement: (userId: string, workspaceId: string, connectionId: string) =>
    readPlacement(client, userId, workspaceId, connectionId),
})

/** Policy, the approved list, and requests for approval on both sides: the owners' and the members'. */
export function approvalScreens(
  stores: Stores,
  frame: Frame,
  { denialOf, flowOf }: Pick<InstallProvider, 'denialOf' | 'flowOf'>,
): Router<WebState>[] {
  const pool = poolOf(stores.database)
  const parts = actionParts(stores.database, storesOf)
  const { disconnectEveryone, revokeMember } = connectionActions(stores)
  return [
    policy({
      ...frame,
      readings: {
        policy: readPolicy(pool),
        nameOf: async userId => (await userStore(pool).byId(userId))?.name ?? null,
      },
      setPolicy: setPolicy(parts),
      disconnectUnapproved: disconnectUnapproved(parts),
    }),
    approved({
      ...frame,
      readings: {
        list: readApproved(pool),
        candidates: readCandidates(pool),
        publishers: readPublishers(pool),
        people: readApprovedPeople(pool),
        person: readInstaller(pool),
      },
      addApproval: addApproval(parts),
      addPublisher: addPublisher(parts),
      removePublisher: removePublisher(parts),
      removeApproval: removeApproval(parts),
      disconnectEveryone,
      revokeMember,
    }),
    requests({
      ...frame,
      readings: {
        list: readRequests(pool),
        one: readRequest(pool),
      },
      decideApproval: decideApproval(parts),
    }),
    myRequests({
      ...frame,
      readings: {
        list: readMyRequests(pool),
        one: readMyRequest(pool),
        offers: readMyOffers(pool),
        owners: readOwners(pool),
      },
      resumeRequest: resumeRequest(
        {
          readRequest: (workspaceId, id) => readApprovalRequest(pool, workspaceId, id),
          placement: (userId, workspaceId, connectionId) =>
            readPlacement(pool, userId, workspaceId, connectionId),
        },
        now,
      ),
      withdrawRequest: withdrawRequest(parts),
      closeRequest: closeRequest(parts),
      denialOf,
      flowOf,
    }),
  ]
}
