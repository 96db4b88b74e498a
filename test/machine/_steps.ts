/** The steps of people, partners, the directory and time: each acts on the product, and then changes the model in the same way. */
import { strictEqual } from 'node:assert'
import type { Installation, Model, Who } from './_model.ts'
import type { Product } from './_product.ts'

/** Numbers that a step is given; it takes what it needs of them. */
export type Given = {
  who: Who
  connection: number
  family: number
  page: number
  other: number
  pages: number[]
}

export type Step = {
  /** Left out: always. */
  can?(model: Model, given: Given): boolean
  /** @returns what the model has to agree with. @throws where the product refuses. */
  act(product: Product, given: Given, model: Model): Promise<unknown>
  /** @throws where the outcome is not the model's. */
  note(model: Model, given: Given, outcome: unknown): void
}

const familyOf = (model: Model, { family }: Given) => family % (model.families.length || 1)
const pageOf = (model: Model, { page }: Given) => page % model.pages.length
const otherOf = (model: Model, { other }: Given) => other % model.pages.length
const isThere = (model: Model, { who }: Given) => model.people[who].member && !model.people[who].disabled
const isActive = (installation: Installation | undefined) => installation?.state === 'active'

const idOf = (product: Product, model: Model, { who, connection }: Given) =>
  product.tokens[model.families.findIndex(one => one.who === who && one.connection === connection)]!
    .installation
const ofConnection = (model: Model, { connection }: Given) =>
  [...model.installations].flatMap(([key, one]) => (key.startsWith(`${connection} `) ? [one] : []))

/** An owner's button for all installations of a connection that are in one state. */
const forEveryone = (
  action: string,
  button: string,
  can: (one: Installation) => boolean,
  state: Installation['state'],
): Step => ({
  can: (model, given) => ofConnection(model, given).some(can),
  act: (product, { connection }) =>
    product.press('ada', `connections/${product.connections[connection]!.id}/${action}`, button),
  note(model, given) {
    for (const one of ofConnection(model, given)) if (can(one)) one.state = state
    if (state === 'revoked') model.end(one => one.connection === given.connection)
  },
})

/** A change of one page, as the directory's feed brings it. */
const onPage = (change: (model: Model, given: Given) => void, can?: Step['can']): Step => ({
  ...(can && { can }),
  async act(product, given, before) {
    const after = before.clone()
    change(after, given)
    const page = pageOf(before, given)
    const { parent, archived, viewers } = after.pages[page]!
    await product.feed({
      ...{ kind: 'page', id: product.pages[page], workspace_id: product.workspace, icon: null },
      ...{ parent_id: parent === null ? null : product.pages[parent], title: product.title(page), archived },
      ...(parent === null && { private_to: viewers?.map(who => product.users[who]) ?? null }),
    })
  },
  note: change,
})

export const steps: Record<string, Step> = {
  install: {
    can: (model, given) => isThere(model, given) && model.choice(given.who, given.pages).length > 0,
    act: (product, { who, connection, pages }, model) =>
      product.install(who, connection, model.choice(who, pages)),
    note(model, { who, connection, pages }, tokens) {
      strictEqual(tokens !== null, model.mayInstall(who, connection), 'who may install')
      if (!tokens) return
      model.families.push({ connection, who, live: true })
      const chosen = model.choice(who, pages)
      model.installations.set(`${connection} ${who}`, { state: 'active', pages: chosen, ended: false })
    },
  },
  'change pages': {
    can: (model, given) =>
      isThere(model, given) &&
      isActive(model.installation(given)) &&
      model.mayInstall(given.who, given.connection) &&
      model.choice(given.who, given.pages).length > 0,
    act: (product, given, model) =>
      product.press(given.who, `my-connections/${idOf(product, model, given)}/pages`, 'Save pages', {
        pages: model.choice(given.who, given.pages).map(page => product.pages[page]!),
      }),
    note(model, given) {
      model.installation(given)!.pages = model.choice(given.who, given.pages)
    },
  },
  refresh: {
    can: model => model.families.length > 0,
    act: (product, given, model) => product.token(familyOf(model, given), 'token', model),
    note(model, given, status) {
      strictEqual(status, model.isActive(model.families[familyOf(model, given)]!) ? 200 : 400, 'the refresh')
    },
  },
  revoke: {
    can: model => model.families.length > 0,
    act: (product, given, model) => product.token(familyOf(model, given), 'revoke', model),
    note(model, given) {
      const family = model.families[familyOf(model, given)]!
      family.live = false
      const { connection, who } = family
      const others = model.families.some(one => one.connection === connection && one.who === who && one.live)
      const installation = model.installation(family)!
      if (!others && isActive(installation)) installation.state = 'revoked'
    },
  },
  disconnect: {
    can: (model, given) => isThere(model, given) && isActive(model.installation(given)),
    act: (product, given, model) =>
      product.press(
        given.who,
        `my-connections/${idOf(product, model, given)}/disconnect`,
        `Disconnect ${product.connections[given.connection]!.name}`,
      ),
    note(model, given) {
      model.installation(given)!.state = 'revoked'
      model.end(one => one.connection === given.connection && one.who === given.who)
    },
  },
  'suspend for everyone': forEveryone('suspend', 'Suspend', isActive, 'suspended'),
  'resume for everyone': forEveryone('resume', 'Resume', one => one.state === 'suspended', 'active'),
  'disconnect for everyone': forEveryone(
    'disconnect',
    'Disconnect for everyone',
    one => one.state !== 'revoked',
    'revoked',
  ),
  'access ends': {
    can: (model, given) => isActive(model.installation(given)),
    act: (product, given, model) =>
      product.server.sql(
        `update installations set access_ends_at = now() - interval '1 second', access_days = 7 where id = $1`,
        [idOf(product, model, given)],
      ),
    note(model, given) {
      model.installation(given)!.ended = true
    },
  },
  renew: {
    can: (model, given) =>
      isThere(model, given) &&
      isActive(model.installation(given)) &&
      model.installation(given)!.ended &&
      model.mayInstall(given.who, given.connection),
    act: (product, { who, connection }) => product.renew(who, connection),
    note(model, given) {
      model.installation(given)!.ended = false
    },
  },
  policy: {
    act: (product, given) => product.restrict(restrictionOf(given)),
    note(model, given) {
      model.restrict = restrictionOf(given)
    },
  },
  approve: {
    can: (model, { connection }) => !model.approved.has(connection),
    act: (product, { connection }) => product.approve(connection),
    note(model, { connection }) {
      model.approved.add(connection)
    },
  },
  'archive a page or show it again': onPage((model, given) => {
    const page = model.pages[pageOf(model, given)]!
    page.archived = !page.archived
  }),
  'move a page': onPage(
    (model, given) =>
      Object.assign(model.pages[pageOf(model, given)]!, { parent: otherOf(model, given), viewers: null }),
    (model, given) => !model.path(otherOf(model, given)).includes(pageOf(model, given)),
  ),
  'make a page a root': onPage((model, given) =>
    Object.assign(model.pages[pageOf(model, given)]!, { parent: null, viewers: null }),
  ),
  'close a root to others, or open it': onPage(
    (model, given) => {
      const page = model.pages[pageOf(model, given)]!
      page.viewers = page.viewers ? null : [given.who]
    },
    (model, given) => model.pages[pageOf(model, given)]!.parent === null,
  ),
  'add a page': {
    can: model => model.pages.length < 12,
    act: (product, given, model) => product.newPage(pageOf(model, given)),
    note(model, given) {
      model.pages.push({ parent: pageOf(model, given), archived: false, viewers: null })
    },
  },
  'disable somebody, or let them in again': {
    can: (_, { who }) => who !== 'ada',
    act: (product, { who }, model) => product.disable(who, !model.people[who].disabled),
    note(model, { who }) {
      model.people[who].disabled = !model.people[who].disabled
    },
  },
}

const restrictionOf = ({ other }: Given) => (['none', 'approved-list', 'owners-only'] as const)[other % 3]!
