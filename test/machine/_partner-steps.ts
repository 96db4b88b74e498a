/** The steps of partners and their developers. */
import { strictEqual } from 'node:assert'
import { exchangeAgain, refresh, revoke, trash } from './_partner.ts'
import { familyOf, pageOf, type Step } from './_step.ts'

export const partners: Record<string, Step> = {
  refresh: {
    answers: true,
    act: (product, given, model) => refresh(product, familyOf(model, given), model),
    note(model, given, status) {
      const family = model.families[familyOf(model, given)]!
      const refused = model.off.has(family.connection) ? 401 : 400
      strictEqual(status, model.isActive(family) ? 200 : refused, 'the refresh')
    },
  },
  revoke: {
    answers: true,
    act: (product, given, model) => revoke(product, familyOf(model, given), model),
    note(model, given, status) {
      const family = model.families[familyOf(model, given)]!
      strictEqual(status, model.off.has(family.connection) ? 401 : 200, 'the revocation')
      if (status === 200 && family.live) model.endFamily(family)
    },
  },
  /** A retry while the tokens are unused, and this shows a moment after their use; else a replay, which ends them. */
  'redeem the code again': {
    answers: true,
    // Several within two seconds count as one burst, and a retry that the policy refuses is no replay: both end nothing.
    can(model, given) {
      const { who, connection, live, retried } = model.families[familyOf(model, given)]!
      return live && !retried && model.mayInstall(who, connection)
    },
    act: (product, given, model) => exchangeAgain(product, familyOf(model, given), model),
    note(model, given, status) {
      const family = model.families[familyOf(model, given)]!
      strictEqual(status === 401, model.off.has(family.connection), 'the answer to the client')
      if (status !== 401) family.retried = true
      if (status === 400 && family.live) model.endFamily(family)
    },
  },
  'trash a page': {
    answers: true,
    act: (product, given, model) => trash(product, familyOf(model, given), pageOf(model, given)),
    note(model, given, status) {
      const family = model.families[familyOf(model, given)]!
      const page = pageOf(model, given)
      const answer = !model.changes(family) ? 403 : model.reaches(family, page) ? 200 : 404
      strictEqual(status, model.isActive(family) ? answer : 401, 'moving to the trash')
      if (status === 200) model.pages[page]!.archived = true
    },
  },
  'switch a connection off, or on again': {
    async act(product, { connection }, { off }) {
      const change = off.has(connection) ? 'enable' : 'disable'
      await product.post('ada', `/developers/connections/${product.connections[connection]!.id}/${change}`)
      return change
    },
    note({ off }, { connection }, change) {
      if (change === 'enable') off.delete(connection)
      else off.add(connection)
    },
  },
  'rotate the secret': {
    alone: () => true,
    act: (product, { connection }) => product.rotateSecret(connection),
    note() {},
  },
}
