/** The steps of the directory, as the host product feeds them. */
import type { Page } from './_model.ts'
import { type Given, otherOf, pageOf, type Step } from './_step.ts'

/** A change of one page: its line says how all of the page is then. */
const onPage = (change: (page: Page, given: Given) => void, can?: Step['can']): Step => ({
  ...(can && { can }),
  answers: true,
  async act(product, given, before) {
    const number = pageOf(before, given)
    const page = { ...before.pages[number]! }
    change(page, given)
    const { parent, archived, viewers } = page
    await product.feed({
      ...{ kind: 'page', id: product.pages[number], workspace_id: product.workspace, icon: null },
      ...{ parent_id: parent === null ? null : product.pages[parent] },
      ...{ title: product.title(number), archived },
      ...(parent === null && { private_to: viewers?.map(who => product.users[who]) ?? null }),
    })
    return page
  },
  note(model, given, page) {
    model.pages[pageOf(model, given)] = page as Page
  },
})

export const directory: Record<string, Step> = {
  'trash a page or restore it': onPage(page => {
    page.archived = !page.archived
  }),
  'move a page': onPage(
    (page, { other }) => void Object.assign(page, { parent: other, viewers: null }),
    (model, given) => !model.path(otherOf(model, given)).includes(pageOf(model, given)),
  ),
  'make a page a root': onPage(page => void Object.assign(page, { parent: null, viewers: null })),
  'close a root to others, or open it': onPage(
    (page, { who }) => {
      page.viewers = page.viewers ? null : [who]
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
    async act(product, { who }, model) {
      const disabled = !model.people[who].disabled
      await product.disable(who, disabled)
      return disabled
    },
    note(model, { who }, disabled) {
      model.people[who].disabled = disabled === true
    },
  },
  'somebody leaves the workspace, or comes back': {
    can: (_, { who }) => who !== 'ada',
    async act(product, { who }, model) {
      const { member } = model.people[who]
      await product.membership(who, member ? { removed: true } : { role: 'member' })
      return !member
    },
    note(model, { who }, member) {
      model.people[who].member = member === true
      if (member) return
      for (const connection of [0, 1]) {
        const one = model.installation({ connection, who })
        if (one?.state === 'active') Object.assign(one, { state: 'suspended', suspended: 'installer-left' })
      }
    },
  },
}
