import { describe, expect, it } from '@jest/globals'
import {
  type Actor,
  isAgainstPolicy,
  isApproved,
  mayAddPages,
  mayCreateConnection,
  mayDecideRequest,
  mayDisconnect,
  mayEnableConnection,
  mayGovern,
  mayHandleInternalToken,
  mayHandOver,
  mayInstall,
  mayManageConnection,
  mayRemovePage,
  mayRequestApproval,
  mayResume,
  mayResumeOwn,
  maySetPolicy,
  maySuspend,
  mayTakeOver,
  mayWiden,
  outlivesDisconnecting,
  type Placement,
  policyInEffect,
} from '../../src/installs/policy.ts'
import { noPolicy, type Policy } from '../../src/installs/workspace.ts'

const yes = { kind: 'yes' }
const no = (because: string) => ({ kind: 'no', because })

const owner: Actor = { userId: 'ada', role: 'owner', userDisabled: false }
const member: Actor = { userId: 'ben', role: 'member', userDisabled: false }
const guest: Actor = { userId: 'gus', role: 'guest', userDisabled: false }
const stranger: Actor = { userId: 'dora', role: null, userDisabled: false }
const off = (actor: Actor): Actor => ({ ...actor, userDisabled: true })

const listed: Policy = { ...noPolicy, restrictInstalls: 'approved-list' }
const ownersOnly: Policy = { ...noPolicy, restrictInstalls: 'owners-only' }
const firstParty: Policy = { ...listed, autoApproveFirstParty: true }

/** A member before a public connection in an unrestricted Enterprise workspace; `change` overrides parts of it. */
function placed(
  change: Omit<Partial<Placement>, 'connection'> & { connection?: Partial<Placement['connection']> } = {},
) {
  const { connection, ...rest } = change
  return {
    role: 'member',
    userDisabled: false,
    plan: 'enterprise',
    policy: noPolicy,
    approved: false,
    requestApproved: false,
    operatorAgents: 'open',
    suspended: false,
    ...rest,
    connection: {
      id: 'relay',
      kind: 'public',
      origin: 'registered',
      firstParty: false,
      disabled: false,
      capabilities: ['read_content'],
      optionalCapabilities: [],
      ...connection,
    },
  } satisfies Placement
}

describe('a policy', () => {
  it('has effect on the Enterprise plan, and on no other', () => {
    expect(policyInEffect('enterprise', ownersOnly)).toEqual(ownersOnly)
    for (const plan of ['free', 'plus', 'business'] as const)
      expect(policyInEffect(plan, ownersOnly)).toEqual(noPolicy)
  })

  it('counts as approved what is on the list, and first-party connections where it says so', () => {
    expect(isApproved(listed, { firstParty: false }, true)).toBe(true)
    expect(isApproved(listed, { firstParty: true }, false)).toBe(false)
    expect(isApproved(firstParty, { firstParty: true }, false)).toBe(true)
    expect(isApproved(firstParty, { firstParty: false }, false)).toBe(false)
  })

  it('marks what members installed and nobody approved, and leaves owners, the workspace itself and other plans alone', () => {
    const rules = (policy: Policy, plan: Placement['plan'] = 'enterprise') => ({ plan, policy })
    const ben = { userId: 'ben', installerRole: 'member' } as const
    const plain = { firstParty: false, approved: false }
    expect(isAgainstPolicy(rules(listed), ben, plain)).toBe(true)
    expect(isAgainstPolicy(rules(ownersOnly), ben, plain)).toBe(true)
    expect(isAgainstPolicy(rules(listed), { userId: 'ben', installerRole: null }, plain)).toBe(true)
    expect(isAgainstPolicy(rules(listed), ben, { ...plain, approved: true })).toBe(false)
    expect(isAgainstPolicy(rules(firstParty), ben, { ...plain, firstParty: true })).toBe(false)
    expect(isAgainstPolicy(rules(noPolicy), ben, plain)).toBe(false)
    expect(isAgainstPolicy(rules(listed, 'business'), ben, plain)).toBe(false)
    expect(isAgainstPolicy(rules(listed), { userId: 'ada', installerRole: 'owner' }, plain)).toBe(false)
    expect(isAgainstPolicy(rules(listed), { userId: null, installerRole: null }, plain)).toBe(false)
  })

  it('is set by owners, where the plan has policies', () => {
    expect(maySetPolicy(owner, 'enterprise')).toEqual(yes)
    expect(maySetPolicy(owner, 'business')).toEqual(no('plan-without-policy'))
    for (const actor of [member, guest, stranger, off(owner)])
      expect(maySetPolicy(actor, 'enterprise')).toEqual(no('only-owners'))
  })
})

describe('installing', () => {
  it('is for members and owners who are enabled', () => {
    expect(mayInstall(placed())).toEqual(yes)
    expect(mayInstall(placed({ role: 'owner' }))).toEqual(yes)
    expect(mayInstall(placed({ role: 'guest' }))).toEqual(no('guest'))
    expect(mayInstall(placed({ role: null }))).toEqual(no('not-a-member'))
    expect(mayInstall(placed({ userDisabled: true }))).toEqual(no('user-disabled'))
  })

  it('needs a public connection that is switched on, for owners too', () => {
    for (const role of ['owner', 'member'] as const) {
      expect(mayInstall(placed({ role, connection: { disabled: true } }))).toEqual(no('connection-disabled'))
      expect(mayInstall(placed({ role, connection: { kind: 'internal' } }))).toEqual(
        no('connection-internal'),
      )
    }
  })

  it('does not lift what an owner suspended, unless an owner does it', () => {
    expect(mayInstall(placed({ suspended: true }))).toEqual(no('suspended'))
    expect(mayInstall(placed({ suspended: true, role: 'owner' }))).toEqual(yes)
  })

  it('keeps members to the approved list, and owners not', () => {
    expect(mayInstall(placed({ policy: listed }))).toEqual(no('not-approved'))
    expect(mayInstall(placed({ policy: listed, approved: true }))).toEqual(yes)
    expect(mayInstall(placed({ policy: listed, role: 'owner' }))).toEqual(yes)
    expect(mayInstall(placed({ policy: listed, connection: { firstParty: true } }))).toEqual(
      no('not-approved'),
    )
    expect(mayInstall(placed({ policy: firstParty, connection: { firstParty: true } }))).toEqual(yes)
    expect(mayInstall(placed({ policy: listed, plan: 'plus' }))).toEqual(yes)
  })

  it('is for owners alone where the policy says so, and for a member whose own request an owner approved', () => {
    expect(mayInstall(placed({ policy: ownersOnly, role: 'owner' }))).toEqual(yes)
    expect(mayInstall(placed({ policy: ownersOnly, approved: true }))).toEqual(no('owners-only'))
    expect(mayInstall(placed({ policy: ownersOnly, approved: true, requestApproved: true }))).toEqual(yes)
    expect(mayInstall(placed({ policy: ownersOnly, approved: false, requestApproved: true }))).toEqual(
      no('owners-only'),
    )
    expect(mayInstall(placed({ policy: ownersOnly, connection: { firstParty: true } }))).toEqual(
      no('owners-only'),
    )
    expect(mayInstall(placed({ policy: ownersOnly, plan: 'free' }))).toEqual(yes)
  })
})

describe('an approval', () => {
  it('is asked for where an owner could lift the refusal, and nowhere else', () => {
    expect(mayRequestApproval(placed({ policy: listed }))).toEqual(yes)
    expect(mayRequestApproval(placed({ policy: ownersOnly }))).toEqual(yes)
    expect(mayRequestApproval(placed())).toEqual(no('approval-not-needed'))
    expect(mayRequestApproval(placed({ policy: listed, role: 'owner' }))).toEqual(no('approval-not-needed'))
    expect(mayRequestApproval(placed({ policy: listed, role: 'guest' }))).toEqual(no('guest'))
    expect(mayRequestApproval(placed({ policy: listed, role: null }))).toEqual(no('not-a-member'))
    expect(mayRequestApproval(placed({ policy: listed, suspended: true }))).toEqual(no('suspended'))
    expect(mayRequestApproval(placed({ policy: listed, connection: { disabled: true } }))).toEqual(
      no('connection-disabled'),
    )
  })

  it('is given and refused by owners', () => {
    expect(mayDecideRequest(owner)).toEqual(yes)
    for (const actor of [member, guest, stranger, off(owner)])
      expect(mayDecideRequest(actor)).toEqual(no('only-owners'))
  })
})

describe('governing', () => {
  it('is for owners who are enabled', () => {
    for (const may of [mayGovern, maySuspend]) {
      expect(may(owner)).toEqual(yes)
      for (const actor of [member, guest, stranger, off(owner)]) expect(may(actor)).toEqual(no('only-owners'))
    }
  })

  it('disconnects what is one’s own, and as an owner everything', () => {
    expect(mayDisconnect(owner, { userId: 'ben' })).toEqual(yes)
    expect(mayDisconnect(owner, { userId: null })).toEqual(yes)
    expect(mayDisconnect(member, { userId: 'ben' })).toEqual(yes)
    expect(mayDisconnect(guest, { userId: 'gus' })).toEqual(yes)
    expect(mayDisconnect(member, { userId: 'ada' })).toEqual(no('not-yours'))
    expect(mayDisconnect(member, { userId: null })).toEqual(no('not-yours'))
    expect(mayDisconnect(stranger, { userId: 'dora' })).toEqual(no('not-yours'))
    expect(mayDisconnect(off(member), { userId: 'ben' })).toEqual(no('not-yours'))
  })

  it('lets installers who are back resume their own installation, if they could install it today', () => {
    const own = { userId: 'ben', stateReason: 'installer-left' } as const
    expect(mayResumeOwn(placed(), member, own)).toEqual(yes)
    expect(mayResumeOwn(placed({ policy: ownersOnly }), member, own)).toEqual(no('owners-only'))
    expect(mayResumeOwn(placed({ role: 'guest' }), guest, { ...own, userId: 'gus' })).toEqual(no('guest'))
    expect(mayResumeOwn(placed(), member, { ...own, userId: 'cleo' })).toEqual(no('not-yours'))
    expect(mayResumeOwn(placed(), member, { ...own, stateReason: 'by-owner' })).toEqual(no('suspended'))
  })

  it('keeps a suspension when the member disconnects, unless they could lift it', () => {
    const held = { state: 'suspended', stateReason: 'by-owner' } as const
    expect(outlivesDisconnecting(member, held)).toBe(true)
    expect(outlivesDisconnecting(owner, held)).toBe(false)
    expect(outlivesDisconnecting(member, { ...held, stateReason: 'installer-left' })).toBe(false)
    expect(outlivesDisconnecting(member, { ...held, state: 'active' })).toBe(false)
  })

  it('resumes what a member installed, not what one left behind', () => {
    expect(mayResume(owner, { installerIsMember: true })).toEqual(yes)
    expect(mayResume(owner, { installerIsMember: false })).toEqual(no('installer-left'))
    expect(mayResume(member, { installerIsMember: true })).toEqual(no('only-owners'))
  })
})

describe('pages of an installation', () => {
  it('are added by its installer, to an internal one by every member', () => {
    expect(mayAddPages(member, { userId: 'ben' })).toEqual(yes)
    expect(mayAddPages(member, { userId: null })).toEqual(yes)
    expect(mayAddPages(owner, { userId: 'ben' })).toEqual(no('not-yours'))
    expect(mayAddPages(guest, { userId: null })).toEqual(no('guest'))
    expect(mayAddPages(stranger, { userId: null })).toEqual(no('not-a-member'))
    expect(mayAddPages(off(member), { userId: 'ben' })).toEqual(no('not-a-member'))
  })

  it('are not widened where it could not be installed today', () => {
    const mine = { userId: 'ben' }
    expect(mayWiden(placed({ policy: listed, approved: true }), member, mine)).toEqual(yes)
    expect(mayWiden(placed({ policy: listed }), member, mine)).toEqual(no('not-approved'))
    expect(mayWiden(placed({ policy: listed }), member, { userId: 'ada' })).toEqual(no('not-yours'))
    const internal = { kind: 'internal' } as const
    expect(mayWiden(placed({ policy: listed, connection: internal }), member, { userId: null })).toEqual(yes)
    expect(
      mayWiden(placed({ connection: { ...internal, disabled: true } }), member, { userId: null }),
    ).toEqual(no('connection-disabled'))
  })

  it('are removed by the person who granted them, by the installer and by owners', () => {
    const grant = { grantedBy: 'ben', installation: { userId: 'cleo' } }
    expect(mayRemovePage(owner, grant)).toEqual(yes)
    expect(mayRemovePage(member, grant)).toEqual(yes)
    expect(mayRemovePage({ ...member, userId: 'cleo' }, grant)).toEqual(yes)
    expect(mayRemovePage({ ...member, userId: 'eve' }, grant)).toEqual(no('not-yours'))
    expect(mayRemovePage({ ...stranger, userId: 'ben' }, grant)).toEqual(no('not-a-member'))
    expect(mayRemovePage(off(member), grant)).toEqual(no('not-a-member'))
  })
})

describe('what a departed member left', () => {
  it('is handed over by owners', () => {
    expect(mayHandOver(owner, { installerIsMember: false })).toEqual(yes)
    expect(mayHandOver(owner, { installerIsMember: true })).toEqual(no('installer-present'))
    for (const actor of [member, guest, stranger, off(owner)])
      expect(mayHandOver(actor, { installerIsMember: false })).toEqual(no('only-owners'))
  })

  it('is taken by the member whom the owner named, if they could install it', () => {
    const offer = { toUserId: 'ben' }
    expect(mayTakeOver(placed(), offer, member)).toEqual(yes)
    expect(mayTakeOver(placed({ role: 'owner' }), offer, owner)).toEqual(no('not-yours'))
    expect(mayTakeOver(placed({ policy: listed }), offer, member)).toEqual(no('not-approved'))
    expect(mayTakeOver(placed({ role: 'guest' }), offer, member)).toEqual(no('guest'))
    expect(mayTakeOver(placed({ role: null }), offer, member)).toEqual(no('not-a-member'))
  })
})

describe('connections', () => {
  const closed: Policy = { ...noPolicy, connectionCreation: 'owners-only' }

  it('are created by members, or by owners alone where the policy says so', () => {
    expect(mayCreateConnection(member, 'enterprise', noPolicy)).toEqual(yes)
    expect(mayCreateConnection(member, 'enterprise', closed)).toEqual(no('only-owners-create'))
    expect(mayCreateConnection(owner, 'enterprise', closed)).toEqual(yes)
    expect(mayCreateConnection(member, 'plus', closed)).toEqual(yes)
    expect(mayCreateConnection(guest, 'enterprise', noPolicy)).toEqual(no('guest'))
    expect(mayCreateConnection(stranger, 'enterprise', noPolicy)).toEqual(no('not-a-member'))
    expect(mayCreateConnection(off(owner), 'enterprise', noPolicy)).toEqual(no('not-a-member'))
  })

  it('and their tokens are managed by their creators and by owners', () => {
    const managed = (actor: Actor, createdBy: string | null) =>
      mayManageConnection(actor, { createdBy, workspaceId: 'acme' })
    const handled = (actor: Actor, createdBy: string | null) => mayHandleInternalToken(actor, { createdBy })
    for (const may of [managed, handled]) {
      expect(may(owner, 'ben')).toEqual(yes)
      expect(may(member, 'ben')).toEqual(yes)
      expect(may(member, 'ada')).toEqual(no('not-yours'))
      expect(may(member, null)).toEqual(no('not-yours'))
      expect(may({ ...stranger, userId: 'ben' }, 'ben')).toEqual(no('not-yours'))
      expect(may(off(owner), 'ada')).toEqual(no('not-yours'))
    }
  })

  it('of no workspace are managed by the person whom the operator named', () => {
    const connection = { createdBy: 'dora', workspaceId: null }
    expect(mayManageConnection(stranger, connection)).toEqual(yes)
    expect(mayManageConnection(owner, connection)).toEqual(no('not-yours'))
    expect(mayManageConnection(off(stranger), connection)).toEqual(no('not-yours'))
  })

  it('that the operator switched off are switched on by the operator alone', () => {
    expect(mayEnableConnection('developer', 'developer')).toEqual(yes)
    expect(mayEnableConnection('operator', 'operator')).toEqual(yes)
    expect(mayEnableConnection('operator', 'developer')).toEqual(yes)
    expect(mayEnableConnection('developer', 'operator')).toEqual(no('disabled-by-operator'))
  })
})

describe('agents that no one registered here', () => {
  const origins = ['registered', 'published', 'self-registered'] as const
  const allowed = (more: Parameters<typeof placed>[0]) =>
    origins.filter(origin => mayInstall(placed({ ...more, connection: { origin } })).kind === 'yes')
  const withRule = (agents: Policy['agents']) => ({ policy: { ...noPolicy, agents } })

  it('are installed by members as the policy says', () => {
    expect(allowed(withRule('allowed'))).toEqual([...origins])
    expect(allowed(withRule('published-only'))).toEqual(['registered', 'published'])
    expect(allowed(withRule('approved-only'))).toEqual(['registered'])
  })

  it('are installed by owners, and by members once one is approved', () => {
    for (const agents of ['published-only', 'approved-only'] as const) {
      expect(allowed({ ...withRule(agents), role: 'owner' })).toEqual([...origins])
      expect(allowed({ ...withRule(agents), approved: true })).toEqual([...origins])
      expect(allowed({ ...withRule(agents), plan: 'free' })).toEqual([...origins])
    }
  })

  it('are asked for where the policy stops them', () => {
    const stopped = placed({ ...withRule('approved-only'), connection: { origin: 'published' } })
    expect(mayInstall(stopped)).toEqual(no('agent-not-approved'))
    expect(mayRequestApproval(stopped)).toEqual(yes)
  })

  it('are for nobody where the operator lets none in, owners and approved ones included', () => {
    const owner = { role: 'owner', approved: true } as const
    expect(allowed({ ...owner, operatorAgents: 'published' })).toEqual(['registered', 'published'])
    expect(allowed({ ...owner, operatorAgents: 'off' })).toEqual(['registered'])
    const off = placed({ operatorAgents: 'off', connection: { origin: 'published' } })
    expect(mayRequestApproval(off)).toEqual(no('agents-off'))
  })
})
