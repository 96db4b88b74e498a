/** Every step at a moment when it matters, one after the other. */
import type { Given } from './_step.ts'

const step = (name: string, given: Partial<Given> = {}) => ({
  name,
  given: { who: 'ben', connection: 0, family: 0, page: 0, other: 1, pages: [0], ...given } as Given,
})
const restrict = (to: 'none' | 'approved-list' | 'owners-only') =>
  step('policy', { other: ['none', 'approved-list', 'owners-only'].indexOf(to) })
const [decline, approve] = [{ other: 0 }, { other: 1 }]
const atlas = { connection: 1 }

export const tour = [
  step('a week passes'),
  step('refresh'),
  step('renew'),
  step('refresh'),
  step('trash a page', { page: 2 }),
  step('allow changes too'),
  step('trash a page', { page: 2 }),
  step('trash a page or restore it', { page: 2 }),
  step('change pages', { pages: [3] }),
  step('move a page', { page: 3, other: 4 }),
  step('close a root to others, or open it', { who: 'cleo', page: 4, other: 3 }),
  step('close a root to others, or open it', { page: 4, other: 3 }),
  step('make a page a root', { page: 3 }),
  step('add a page', { page: 3, other: 6 }),

  step('disable somebody, or let them in again'),
  step('refresh'),
  step('disable somebody, or let them in again'),
  step('somebody leaves the workspace, or comes back'),
  step('somebody leaves the workspace, or comes back'),
  step('refresh'),
  step('resume what was suspended on leaving'),

  step('suspend'),
  step('install'),
  step('disconnect'),
  step('install'),
  step('resume'),
  step('install', { page: 1, other: 0 }),
  step('suspend for everyone'),
  step('resume for everyone'),

  restrict('approved-list'),
  step('install', { who: 'cleo', ...atlas }),
  step('ask for approval', { who: 'cleo', ...atlas }),
  step('decide a request', { who: 'cleo', ...atlas, ...decline }),
  step('install', { who: 'cleo', ...atlas }),
  step('ask for approval', { who: 'cleo', ...atlas }),
  step('decide a request', { who: 'cleo', ...atlas, ...approve }),
  step('install', { who: 'cleo', ...atlas }),
  restrict('owners-only'),
  step('ask for approval', atlas),
  step('install', atlas),
  step('decide a request', { ...atlas, ...approve }),
  step('install', atlas),
  step('remove from the approved list', { ...atlas, other: 0 }),
  step('install', atlas),
  step('approve'),
  step('remove from the approved list', { other: 1 }),
  restrict('none'),

  step('switch a connection off, or on again', { ...atlas, family: 2, page: 4 }),
  step('refresh', { family: 2 }),
  step('install', { who: 'ada', ...atlas, pages: [4] }),
  step('switch a connection off, or on again', { ...atlas, family: 2, page: 4 }),
  step('rotate the secret', atlas),
  step('refresh', { family: 2 }),
  step('redeem the code again', { family: 2 }),
  step('install', { who: 'ada', ...atlas, pages: [4] }),
  step('revoke', { family: 2 }),
  step('revoke', { family: 6 }),
  step('revoke one person’s access', { who: 'cleo', ...atlas, family: 4 }),
  step('disconnect for everyone', { ...atlas, family: 5 }),
]
