/** A refused install in words: on step one, and in the list of workspaces. */
import type { InstallRefusal } from '../../installs/refusal.ts'

type Words = {
  sentence: string
  /** A sentence without its full stop. */
  next: string
  /** Owners can change it, and in another workspace it may be allowed. */
  byOwners: boolean
}

export const refusalWords: Record<InstallRefusal, (connection: string, workspace: string) => Words> = {
  guest: (_connection, workspace) => ({
    sentence: `You are a guest in ${workspace}, and guests cannot install connections.`,
    next: 'Ask to become a member',
    byOwners: true,
  }),
  'owners-only': (_connection, workspace) => ({
    sentence: `The policy of ${workspace} lets only workspace owners install connections.`,
    next: 'Ask them to install it',
    byOwners: true,
  }),
  'not-approved': (connection, workspace) => ({
    sentence: `The policy of ${workspace} allows only connections from its approved list, and ${connection} is not on it.`,
    next: 'Ask them to approve it',
    byOwners: true,
  }),
  'agent-not-published': (connection, workspace) => ({
    sentence: `${connection} registered itself, and the policy of ${workspace} allows only agents that publish who they are.`,
    next: 'Ask them to approve it',
    byOwners: true,
  }),
  'agent-not-approved': (connection, workspace) => ({
    sentence: `The policy of ${workspace} allows only agents from its approved list, and ${connection} is not on it.`,
    next: 'Ask them to approve it',
    byOwners: true,
  }),
  'agents-off': connection => ({
    sentence: `The people who run this service do not allow connections of this kind, and ${connection} is one.`,
    next: 'Ask them whether they can register it',
    byOwners: false,
  }),
  suspended: (connection, workspace) => ({
    sentence: `You connected ${connection} in ${workspace} before, and an owner has suspended it.`,
    next: 'Ask them to resume it',
    byOwners: true,
  }),
  'not-a-member': (_connection, workspace) => ({
    sentence: `You are not a member of ${workspace}.`,
    next: 'Ask to become a member',
    byOwners: true,
  }),
  'user-disabled': () => ({
    sentence: 'Your account has been switched off.',
    next: 'Ask the people who run your organisation’s accounts to switch it on again',
    byOwners: false,
  }),
  'connection-internal': connection => ({
    sentence: `${connection} is internal to one workspace: it has a token of its own and is not installed this way.`,
    next: 'Ask an owner of that workspace to add it to your pages',
    byOwners: false,
  }),
  'connection-disabled': connection => ({
    sentence: `${connection} has been switched off, and can no longer be installed or used.`,
    next: 'Ask its developer what happened',
    byOwners: false,
  }),
}

/** In the list of workspaces, the reason why the connection cannot be installed there; null for a reason common to all. */
export const switcherNotes: Record<InstallRefusal, string | null> = {
  guest: 'You are a guest here: guests cannot install connections',
  'owners-only': 'Only owners install connections here',
  'not-approved': 'Not on the approved list here',
  'agent-not-published': 'Registered itself, which is not enough here',
  'agent-not-approved': 'Not on the approved list here',
  'agents-off': null,
  suspended: 'Suspended by an owner here',
  'not-a-member': 'You are not a member here',
  'user-disabled': null,
  'connection-internal': null,
  'connection-disabled': null,
}
