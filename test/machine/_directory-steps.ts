/** The steps of the directory, as the host product feeds them. */
import type { Model } from './_model.ts'
import { type Given, otherOf, pageOf, type Step } from './_step.ts'

/** A change of one page. */
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

export const directory: Record<string, Step> = {
  'trash a page or restore it': onPage((model, given) => {
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
  'somebody leaves the workspace, or comes back': {
    can: (_, { who }) => who !== 'ada',
    act: (product, { who }, model) =>
      product.membership(who, model.people[who].member ? { removed: true } : { role: 'member' }),
    note(model, { who }) {
      const person = model.people[who]
      person.member = !person.member
      if (person.member) return
      for (const connection of [0, 1]) {
        const one = model.installation({ connection, who })
        if (one?.state === 'active') Object.assign(one, { state: 'suspended', suspended: 'installer-left' })
      }
    },
  },
}
