/** Every way to ask about a page with a token. */
import { AssertionError } from 'node:assert'
import { call } from '../support/api.ts'
import type { Family, Model } from './_model.ts'
import { asHost, introspect, search } from './_partner.ts'
import type { Product } from './_product.ts'

type Door = (product: Product, token: string, page: string) => Promise<unknown>

async function evaluation(product: Product, token: string, page: string, action: string): Promise<number> {
  const { json } = await asHost(product, '/access/v1/evaluation', {
    subject: { type: 'token', id: token },
    action: { name: action },
    resource: { type: 'page', id: page },
  })
  if (json.decision) return 200
  return json.context.reason === 'The token is not in force.' ? 401 : 404
}

const doors: Record<string, Door> = {
  async 'the page'({ server }, token, page) {
    return (await call(server.base, `/v1/pages/${page}`, { token })).status
  },
  async 'its children'({ server }, token, page) {
    return (await call(server.base, `/v1/blocks/${page}/children`, { token })).status
  },
  'the evaluation': (product, token, page) => evaluation(product, token, page, 'read_content'),
  async 'the MCP server'({ server }, token, page) {
    const answer = await call(server.base, '/mcp', {
      method: 'POST',
      token,
      headers: [
        ['content-type', 'application/json'],
        ['accept', 'application/json, text/event-stream'],
      ],
      body: {
        ...{ jsonrpc: '2.0', id: 1, method: 'tools/call' },
        params: { name: 'get_page', arguments: { page_id: page } },
      },
    })
    if (answer.status !== 200) return answer.status
    return /"isError":\s*true/.test(answer.text) ? 404 : 200
  },
}

const changing: Door = (product, token, page) => evaluation(product, token, page, 'update_content')

/** Asks everywhere about a page with the family's newest token. @throws where an answer is not the model's. */
export async function agree(model: Model, product: Product, number: number, page: number): Promise<void> {
  const family = model.families[number]!
  const { access } = product.tokens[number]!
  const id = product.pages[page]!
  const about = `${family.who}'s token of connection ${family.connection}, page ${page}`
  const asking = Object.entries({ ...doors, 'the evaluation of a change': changing })
  const asked = asking.map(async ([name, door]) => [name, await door(product, access, id)])
  const [answers] = await Promise.all([Promise.all(asked), agreeOnAll(model, product, number, about)])
  const expected = !model.isActive(family) ? 401 : model.reaches(family, page) ? 200 : 404
  const right = asking.map(([name]) => [name, expected])
  if (expected === 200 && !model.changes(family)) right.at(-1)![1] = 404
  same(Object.fromEntries(answers), Object.fromEntries(right), about)
}

/** The ways to ask about all pages at once. */
async function agreeOnAll(model: Model, product: Product, number: number, about: string): Promise<void> {
  const family = model.families[number]!
  const { access } = product.tokens[number]!
  const check = { token: access, capability: 'read_content', page_ids: product.pages }
  const checked = (await asHost(product, '/v1/access-checks', check)).json
  const { active, scope } = await introspect(product, number, model)
  const isActive = model.isActive(family)
  const reached = model.pages.flatMap((_, one) => (model.reaches(family, one) ? [one] : []))
  same(
    {
      'the search': await search(product, access),
      'the access check': [checked.active, ...checked.page_ids],
      introspection: [active, scope],
    },
    {
      'the search': {
        status: isActive ? 200 : 401,
        titles: reached.map(one => product.title(one)).sort(),
      },
      'the access check': [isActive, ...reached.map(one => product.pages[one])],
      introspection: introspected(model, family),
    },
    about,
  )
}

/** A client that is switched off is not answered. */
function introspected(model: Model, family: Family): unknown[] {
  if (model.off.has(family.connection)) return [undefined, undefined]
  if (!model.isActive(family)) return [false, undefined]
  const levels = model.changes(family) ? ['read_content', 'update_content'] : ['read_content']
  return [true, [...levels, 'read_user_without_email'].join(' ')]
}

/** Members in the same order. The message has both sides, which the assertion's own leaves out where a reason is given. */
function same(answers: object, expected: object, about: string): void {
  const [told, right] = [JSON.stringify(answers), JSON.stringify(expected)]
  if (told !== right) throw new AssertionError({ message: `${about}: ${told}, and in the model ${right}` })
}
