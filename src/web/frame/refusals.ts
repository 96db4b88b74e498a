/** From refusal codes to status and words, for people. The compiler knows when a code is forgotten. */
import type { RefusalCode } from '../../installs/refusal.ts'

export type Words = {
  status: number
  title: string
  /** The refusal and its reason. */
  sentence: string
  /** The people who can change it, or the next step. */
  next: string
}

export const refusals: Record<RefusalCode, Words> = {
  'not-a-member': {
    status: 403,
    title: 'You are not in this workspace',
    sentence: 'Only people of the workspace can do this, and you are not one of them.',
    next: 'Sign in with another account, or ask an owner of the workspace to add you.',
  },
  'user-disabled': {
    status: 403,
    title: 'This account is switched off',
    sentence: 'The administrator of your organisation’s accounts has switched yours off.',
    next: 'Ask them to switch it on again.',
  },
  guest: {
    status: 403,
    title: 'Guests cannot install connections',
    sentence: 'You are a guest in this workspace, and connections are installed by members.',
    next: 'Ask an owner of the workspace to make you a member.',
  },
  'owners-only': {
    status: 403,
    title: 'Only owners install connections here',
    sentence: 'This workspace lets its owners alone install connections.',
    next: 'Ask an owner to install it, or to change the policy.',
  },
  'not-approved': {
    status: 403,
    title: 'This connection is not approved here',
    sentence: 'This workspace allows only connections from its approved list, and this one is not on it.',
    next: 'Request approval; an owner of the workspace decides.',
  },
  'agent-not-published': {
    status: 403,
    title: 'This connection registered itself',
    sentence:
      'This workspace allows connections that registered themselves only once an owner approves them.',
    next: 'Request approval; an owner of the workspace decides.',
  },
  'agent-not-approved': {
    status: 403,
    title: 'This connection is not approved here',
    sentence: 'This workspace allows agents only from its approved list, and this one is not on it.',
    next: 'Request approval; an owner of the workspace decides.',
  },
  'agents-off': {
    status: 403,
    title: 'Agents cannot be connected here',
    sentence: 'The people who run this service do not allow connections of this kind.',
    next: 'Ask them whether they can register the connection.',
  },
  suspended: {
    status: 403,
    title: 'An owner has suspended this',
    sentence: 'You have this connection here already, and an owner of the workspace has suspended it.',
    next: 'Ask an owner to resume it.',
  },
  'connection-disabled': {
    status: 403,
    title: 'This connection is switched off',
    sentence: 'It has been switched off and can no longer be installed or used.',
    next: 'Ask the connection’s developer what happened.',
  },
  'connection-internal': {
    status: 403,
    title: 'This connection is not installed this way',
    sentence: 'It is internal to one workspace: it has a token of its own instead of an install.',
    next: 'Ask an owner of that workspace to add it to your pages.',
  },
  'no-pages': {
    status: 400,
    title: 'No pages were chosen',
    sentence: 'The connection can reach only pages that you choose, and none was chosen.',
    next: 'Go back and choose one page or more.',
  },
  'page-out-of-reach': {
    status: 403,
    title: 'A page is out of your reach',
    sentence: 'One of the pages is not in this workspace, is no longer there, or is private to others.',
    next: 'Go back and choose among the pages that you can open.',
  },
  'capability-not-registered': {
    status: 403,
    title: 'The connection asks for too much',
    sentence: 'It asks for an access level that its developer has not registered.',
    next: 'Ask the connection’s developer to correct its request.',
  },
  'capability-required': {
    status: 409,
    title: 'The access levels have changed',
    sentence:
      'Its developer has changed which access levels can be left out since you chose them. Nothing was allowed.',
    next: 'Look at the access levels again.',
  },
  'no-capability': {
    status: 400,
    title: 'No access level was chosen',
    sentence: 'Every access level was left out, so there is nothing to allow.',
    next: 'Tick at least one access level, or cancel.',
  },
  'only-owners': {
    status: 403,
    title: 'Only owners can do this',
    sentence: 'This concerns the whole workspace and is decided by its owners.',
    next: 'Ask an owner of the workspace.',
  },
  'only-owners-create': {
    status: 403,
    title: 'Only owners create connections here',
    sentence: 'This workspace lets its owners alone create connections.',
    next: 'Ask an owner to create it, or to change the policy.',
  },
  'plan-without-policy': {
    status: 403,
    title: 'The plan has no policies',
    sentence: 'Policies about connections take effect on the Enterprise plan.',
    next: 'Everything else works as it is; policies wait until the plan changes.',
  },
  'not-yours': {
    status: 403,
    title: 'This is not yours to change',
    sentence: 'Only the person who made it, or an owner of the workspace, can change it.',
    next: 'Ask that person, or an owner.',
  },
  'only-narrowing': {
    status: 403,
    title: 'Owners only take pages away here',
    sentence: 'Someone else installed this. Owners can narrow what it reaches, never widen it.',
    next: 'Ask the member who installed it to add the page.',
  },
  'installer-left': {
    status: 409,
    title: 'Its installer has left',
    sentence: 'The person who installed this is no longer in the workspace, so it cannot be resumed.',
    next: 'Hand it over to another member, or disconnect it.',
  },
  'installer-present': {
    status: 409,
    title: 'Its installer is still here',
    sentence: 'Only installations of departed members can be handed over.',
    next: 'Ask the member who installed it, or disconnect it.',
  },
  'approval-not-needed': {
    status: 409,
    title: 'No approval is needed',
    sentence: 'The policy of this workspace lets you install this connection as it is.',
    next: 'Go on with the install.',
  },
  'not-installed-here': {
    status: 409,
    title: 'It is not installed here',
    sentence:
      'Only connections that somebody has installed in this workspace are added to its approved list.',
    next: 'Choose another, or approve it when a member asks for it.',
  },
  'installed-already': {
    status: 409,
    title: 'It is installed by that person already',
    sentence: 'One person has a connection once in a workspace, so a second one cannot be taken over.',
    next: 'Disconnect the one of that person first, or choose another member.',
  },
  'disabled-by-operator': {
    status: 403,
    title: 'It was switched off by the operator of this service',
    sentence: 'Only they can switch it on again.',
    next: 'Ask them what happened; its data is kept meanwhile.',
  },
  'two-secrets': {
    status: 409,
    title: 'It has two secrets already',
    sentence: 'Two secrets may be in use at a time, so that one can replace the other without a pause.',
    next: 'Revoke the one that is no longer used, then make another.',
  },
  'no-secrets': {
    status: 409,
    title: 'It has no secrets',
    sentence: 'Public clients and internal connections have no client secret.',
    next: 'Make it a confidential client first, if it can keep a secret.',
  },
}
