import type { ClientBase } from 'pg'
import type { EntityManager } from 'typeorm'
import { acceptHandOver } from '../installs/actions/accept-hand-over.ts'
import { addApproval } from '../installs/actions/add-approval.ts'
import { closeRequest } from '../installs/actions/close-request.ts'
import { decideApproval } from '../installs/actions/decide-approval.ts'
import { declineHandOver } from '../installs/actions/decline-hand-over.ts'
import { disconnectUnapproved } from '../installs/actions/disconnect-unapproved.ts'
import { forgetStopped } from '../installs/actions/forget-stopped.ts'
import { handOver } from '../installs/actions/hand-over.ts'
import { letGo } from '../installs/actions/let-go.ts'
import { removeApproval } from '../installs/actions/remove-approval.ts'
import { requestApproval } from '../installs/actions/request-approval.ts'
import { resumeRequest } from '../installs/actions/resume-request.ts'
import { setPolicy } from '../installs/actions/set-policy.ts'
import { withdrawHandOver } from '../installs/actions/withdraw-hand-over.ts'
import { withdrawRequest } from '../installs/actions/withdraw-request.ts'
import type { InstallEvent } from '../installs/events.ts'
import { uuidv7 } from '../installs/ids.ts'
import { policyStore } from '../storage/postgres/policies.ts'
import { poolOf } from '../storage/postgres/pool.ts'
import { readOwners } from '../storage/postgres/queries/install/choices.ts'
import {
  readApproved,
  readApprovedPeople,
  readCandidates,
  readInstaller,
} from '../storage/postgres/queries/settings/approvals.ts'
import { readLeftBehind, readReceivers } from '../storage/postgres/queries/settings/hand-overs.ts'
import {
  readLatestRequest,
  readMyRequest,
  readMyRequests,
} from '../storage/postgres/queries/settings/my-requests.ts'
import { readMyOffer, readMyOffers } from '../storage/postgres/queries/settings/offers.ts'
import { readPolicy } from '../storage/postgres/queries/settings/policy.ts'
import { readRequest, readRequests } from '../storage/postgres/queries/settings/requests.ts'
import { repositoriesOn } from '../storage/postgres/repositories.ts'
import { approvalRequestStore, readApprovalRequest } from '../storage/postgres/stores/approval-requests.ts'
import { approvalStore } from '../storage/postgres/stores/approvals.ts'
import { appendEvent, appendEvents } from '../storage/postgres/stores/events.ts'
import { handOverStore } from '../storage/postgres/stores/hand-overs.ts'
import { installationStore } from '../storage/postgres/stores/installations.ts'
import { readPlacement } from '../storage/postgres/stores/placements.ts'
import { userStore } from '../storage/postgres/stores/users.ts'
import { transact } from '../storage/postgres/transaction.ts'
import type { ApprovalNeeds } from '../web/install/approval.ts'
import type { MyRequestsNeeds } from '../web/settings/my-requests/routes.ts'
import type { RuleNeeds } from '../web/settings/rule.ts'
import { governActions } from './connections.ts'
import type { Stores } from './stores.ts'

const now = () => new Date()

/** What the actions of ruling need of one transaction. */
function ruleStores(client: ClientBase, manager: EntityManager) {
  return {
    ...installationStore(client),
    ...policyStore(client),
    ...approvalStore(client),
    ...approvalRequestStore(client, manager),
    ...handOverStore(client, manager),
    placement: (userId: string, workspaceId: string, connectionId: string) =>
      readPlacement(client, userId, workspaceId, connectionId),
    append: (event: InstallEvent) => appendEvent(client, event),
    appendAll: (events: InstallEvent[]) => appendEvents(client, events),
  }
}

function ruleNeeds(stores: Pick<Stores, 'database'>) {
  return {
    transact: <T>(work: (stores: ReturnType<typeof ruleStores>) => Promise<T>) =>
      transact(poolOf(stores.database), client =>
        work(ruleStores(client, repositoriesOn(stores.database, client))),
      ),
    now,
    newId: uuidv7,
  }
}

/** What the flow needs where the policy stops a member. */
export function approvalSteps(stores: Pick<Stores, 'database'>): ApprovalNeeds {
  const pool = poolOf(stores.database)
  return {
    requestApproval: requestApproval(ruleNeeds(stores)),
    forgetStopped: forgetStopped(ruleNeeds(stores)),
    latestRequest: readLatestRequest(pool),
  }
}

/** What the screens of policy, approvals and hand-overs stand on. */
export function ruleScreens(stores: Stores, denialOf: MyRequestsNeeds['denialOf']): RuleNeeds {
  const pool = poolOf(stores.database)
  const needs = ruleNeeds(stores)
  const { disconnectEveryone, revokeMember } = governActions(stores)
  return {
    policy: {
      readings: {
        policy: readPolicy(pool),
        nameOf: async userId => (await userStore(pool).byId(userId))?.name ?? null,
      },
      setPolicy: setPolicy(needs),
      disconnectUnapproved: disconnectUnapproved(needs),
    },
    approved: {
      readings: {
        list: readApproved(pool),
        candidates: readCandidates(pool),
        people: readApprovedPeople(pool),
        person: readInstaller(pool),
      },
      addApproval: addApproval(needs),
      removeApproval: removeApproval(needs),
      disconnectEveryone,
      revokeMember,
    },
    requests: {
      readings: {
        list: readRequests(pool),
        one: readRequest(pool),
      },
      decideApproval: decideApproval(needs),
    },
    myRequests: {
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
      withdrawRequest: withdrawRequest(needs),
      closeRequest: closeRequest(needs),
      denialOf,
    },
    handOver: {
      readings: {
        list: readLeftBehind(pool),
        receivers: readReceivers(pool),
      },
      handOver: handOver(needs),
      withdrawHandOver: withdrawHandOver(needs),
      letGo: letGo(needs),
    },
    offers: {
      readings: { offer: readMyOffer(pool) },
      acceptHandOver: acceptHandOver(needs),
      declineHandOver: declineHandOver(needs),
    },
  }
}
