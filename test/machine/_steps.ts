/** The steps of members and owners: each acts on the product, and then changes the model in the same way. */
import { strictEqual } from 'node:assert'
import { decide } from '../support/ruled.ts'
import { type Installation, isBarred, isLive, type Model } from './_model.ts'
import type { Product } from './_product.ts'
import { type Given, keyOf, type Step } from './_step.ts'

const isActive = (one: Installation | undefined) => one?.state === 'active'
const isUsed = (one: Installation | undefined) => one !== undefined && isLive(one)
const isStopped = (one: Installation) => one.state === 'suspended' || isBarred(one)
const isEndable = (one: Installation) => isLive(one) || isBarred(one)
const mine = (model: Model, given: Given) => model.installation(given)!

const idOf = (product: Product, model: Model, { who, connection }: Given) =>
  product.tokens[model.families.findIndex(one => one.who === who && one.connection === connection)]!
    .installation

const ended = (one: Installation) => Object.assign(one, { state: 'revoked', suspended: null })
const suspended = (one: Installation) => Object.assign(one, { state: 'suspended', suspended: 'by-owner' })
const resumed = (one: Installation) =>
  Object.assign(one, { state: isBarred(one) ? 'revoked' : 'active', suspended: null })

/** An owner's button for one person's installation of a connection, and the one for everybody's. */
function owners(
  action: string,
  allAction: string,
  can: (one: Installation, isMember: boolean) => boolean,
  change: (one: Installation) => void,
): [one: Step, all: Step] {
  const isIn = (model: Model, { who }: Given) => model.people[who].member
  const done = (model: Model, given: Given) => {
    change(mine(model, given))
    if (change === ended)
      model.endFamilies(one => one.who === given.who && one.connection === given.connection)
  }
  const affected = (model: Model, given: Given) =>
    model
      .ofConnection(given.connection)
      .flatMap(({ who, one }) => (can(one, isIn(model, { ...given, who })) ? [{ ...given, who }] : []))
  const address = (product: Product, { connection }: Given) =>
    `connections/${product.connections[connection]!.id}`
  return [
    {
      can: (model, given) => affected(model, given).some(({ who }) => who === given.who),
      act: (product, given, model) =>
        product.settings('ada', `${address(product, given)}/access/${idOf(product, model, given)}/${action}`),
      note: done,
    },
    {
      can: (model, given) => affected(model, given).length > 0,
      act: (product, given) => product.settings('ada', `${address(product, given)}/${allAction}`),
      note: (model, given) => affected(model, given).forEach(one => void done(model, one)),
    },
  ]
}

const [suspendOne, suspendAll] = owners('suspend', 'suspend', isActive, suspended)
const [resumeOne, resumeAll] = owners('resume', 'resume', (one, isIn) => isStopped(one) && isIn, resumed)
const [revokeOne, disconnectAll] = owners('revoke', 'disconnect', isEndable, ended)

/** Of a member for their own installation. */
const own = (
  action: string,
  fields: (given: Given) => Record<string, string>,
  more: Omit<Step, 'act'>,
): Step => ({
  ...more,
  can: (model, given) =>
    model.isThere(given.who) && model.installation(given) !== undefined && more.can!(model, given),
  act: (product, given, model) =>
    product.settings(given.who, `my-connections/${idOf(product, model, given)}/${action}`, fields(given)),
})

const wantsChanges = ({ other }: Given) => other % 2 === 0
const wantsDays = ({ page }: Given) => page % 2 === 0

export const installing: Record<string, Step> = {
  install: {
    answers: true,
    // Allowing access settles a request, also where the exchange is refused after it.
    alone: (model, given) => model.waiting.has(keyOf(given)),
    can: (model, { who, pages }) => model.isThere(who) && model.choice(who, pages).length > 0,
    async act(product, given, model) {
      const pages = model.choice(given.who, given.pages)
      const wish = { pages, changes: wantsChanges(given), days: wantsDays(given) }
      return (await product.install(given.who, given.connection, wish)) && pages
    },
    note(model, given, chosen) {
      const { who, connection } = given
      strictEqual(chosen !== false, model.mayInstall(who, connection), 'who may install')
      if (!chosen) return
      const changes = wantsChanges(given)
      model.families.push({ connection, who, live: true, changes, retried: false })
      model.waiting.delete(keyOf(given))
      model.installations.set(keyOf(given), {
        ...{ state: 'active', suspended: null, changes },
        pages: (chosen as number[]).filter(page => model.canSee(who, page)),
        end: wantsDays(given) ? 'ahead' : 'none',
        added: changes && model.installation(given)?.added === true,
      })
    },
  },
  'change pages': {
    answers: true,
    can: (model, given) =>
      isUsed(model.installation(given)) &&
      model.mayInstall(given.who, given.connection) &&
      model.choice(given.who, given.pages).length > 0,
    async act(product, given, model) {
      const pages = model.choice(given.who, given.pages)
      await product.press(given.who, `my-connections/${idOf(product, model, given)}/pages`, 'Save pages', {
        pages: pages.map(page => product.pages[page]!),
      })
      return pages
    },
    note(model, given, pages) {
      mine(model, given).pages = pages as number[]
    },
  },
  'allow changes too': own('levels', () => ({ levels: 'update_content' }), {
    can: (model, given) =>
      isUsed(mine(model, given)) &&
      !mine(model, given).added &&
      model.mayInstall(given.who, given.connection),
    note: (model, given) => void Object.assign(mine(model, given), { changes: true, added: true }),
  }),
  renew: own('renew', () => ({}), {
    can: (model, given) =>
      isActive(mine(model, given)) &&
      mine(model, given).end !== 'none' &&
      model.mayInstall(given.who, given.connection),
    note(model, given) {
      mine(model, given).end = 'ahead'
    },
  }),
  'resume what was suspended on leaving': own('resume', () => ({}), {
    can: (model, given) =>
      mine(model, given).state === 'suspended' &&
      mine(model, given).suspended === 'installer-left' &&
      model.mayInstall(given.who, given.connection),
    note: (model, given) => void resumed(mine(model, given)),
  }),
  disconnect: own('disconnect', () => ({}), {
    can: (model, given) => isLive(mine(model, given)),
    note(model, given) {
      const one = mine(model, given)
      // An owner's suspension survives, unless an owner disconnects.
      const stays = one.suspended === 'by-owner' && model.people[given.who].role !== 'owner'
      Object.assign(one, { state: 'revoked', suspended: stays ? 'by-owner' : null })
      model.endFamilies(({ connection, who }) => connection === given.connection && who === given.who)
    },
  }),
  'a week passes': {
    can: (model, given) => model.installation(given)?.end === 'ahead',
    act: (product, given, model) =>
      product.server.sql(
        `update installations set access_ends_at = access_ends_at - interval '8 days' where id = $1`,
        [idOf(product, model, given)],
      ),
    note(model, given) {
      mine(model, given).end = 'over'
    },
  },
}

export const governing: Record<string, Step> = {
  suspend: suspendOne,
  'suspend for everyone': suspendAll,
  resume: resumeOne,
  'resume for everyone': resumeAll,
  'revoke one person’s access': revokeOne,
  'disconnect for everyone': disconnectAll,
  policy: {
    act: (product, given) =>
      product.press('ada', 'policy', 'Save policy', { restrict_installs: restrictionOf(given) }),
    note(model, given) {
      model.restrict = restrictionOf(given)
    },
  },
  approve: {
    can: (model, { connection }) =>
      !model.approved.has(connection) && model.ofConnection(connection).some(({ one }) => isLive(one)),
    act: (product, { connection }) =>
      product.settings('ada', 'approved/add', { connection_id: product.connections[connection]!.id }),
    note(model, { connection }) {
      model.approved.add(connection)
      if (model.restrict !== 'owners-only') forget(model.waiting, connection)
    },
  },
  'remove from the approved list': {
    can: (model, { connection }) => model.approved.has(connection),
    act: (product, { connection, other }) =>
      product.settings('ada', `approved/${product.connections[connection]!.id}/remove`, {
        installed: other % 2 === 0 ? 'keep' : 'disconnect',
      }),
    note(model, { connection, other }) {
      model.approved.delete(connection)
      forget(model.letIn, connection)
      if (other % 2 === 0) return
      for (const { one } of model.ofConnection(connection)) if (isLive(one)) ended(one)
      model.endFamilies(one => one.connection === connection)
    },
  },
  'ask for approval': {
    can: (model, given) => {
      const { who, connection } = given
      const isStopped = !model.mayInstall(who, connection) && !model.isBarred(who, connection)
      return model.isThere(who) && isStopped && !model.off.has(connection) && !model.waiting.has(keyOf(given))
    },
    act: (product, { who, connection }) => product.askForApproval(who, connection),
    note: (model, given) => void model.waiting.add(keyOf(given)),
  },
  'decide a request': {
    can: (model, given) => model.waiting.has(keyOf(given)),
    async act(product, { who, connection, other }) {
      const about = { connection: product.connections[connection]!.name, person: who }
      const decision = other % 3 === 0 ? 'decline' : 'approve'
      const visit = await decide(await product.person('ada'), product.workspace, about, decision, 'Because.')
      if (visit.status >= 400) throw new Error(`deciding: ${visit.status}`)
    },
    note(model, given) {
      const { connection, other } = given
      model.waiting.delete(keyOf(given))
      if (other % 3 === 0) return
      model.approved.add(connection)
      if (model.restrict === 'owners-only') model.letIn.add(keyOf(given))
      else forget(model.waiting, connection)
    },
  },
}

const forget = (keys: Set<string>, connection: number) => {
  for (const key of keys) if (key.startsWith(`${connection} `)) keys.delete(key)
}
const restrictionOf = ({ other }: Given) => (['none', 'approved-list', 'owners-only'] as const)[other % 3]!
