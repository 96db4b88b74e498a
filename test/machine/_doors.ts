/** Every way to ask about a page with a token. */
import { deepStrictEqual } from 'node:assert'
import { call } from '../support/api.ts'
import { basic, post } from '../support/post.ts'
import type { Model } from './_model.ts'
import type { Product } from './_product.ts'

type Door = (product: Product, token: string, page: string) => Promise<unknown>

const asHost = ({ server, host }: Product, path: string, body: unknown) =>
  call(server.base, path, {
    method: 'POST',
    headers: Object.entries(basic(host.id, host.secret)) as [string, string][],
    body,
  })

const doors: Record<string, Door> = {
  async 'the page'({ server }, token, page) {
    return (await call(server.base, `/v1/pages/${page}`, { token })).status
  },
  async 'its children'({ server }, token, page) {
    return (await call(server.base, `/v1/blocks/${page}/children`, { token })).status
  },
  async 'the evaluation'(product, token, page) {
    const asked = {
      subject: { type: 'token', id: token },
      action: { name: 'read_content' },
      resource: { type: 'page', id: page },
    }
    const { decision, context } = (await asHost(product, '/access/v1/evaluation', asked)).json
    return decision ? 200 : context.reason === 'The token is not in force.' ? 401 : 404
  },
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

/** Asks everywhere about the page with the family's newest token. @throws where an answer is not the model's. */
export async function agree(model: Model, product: Product, number: number, page: number): Promise<void> {
  const family = model.families[number]!
  const { access } = product.tokens[number]!
  const expected = !model.isActive(family) ? 401 : model.reaches(family, page) ? 200 : 404
  const asked = await Promise.all(
    Object.entries(doors).map(async ([name, door]) => [
      name,
      await door(product, access, product.pages[page]!),
    ]),
  )
  const reached = model.pages.flatMap((_, one) => (model.reaches(family, one) ? [one] : []))
  const check = { token: access, capability: 'read_content', page_ids: product.pages }
  const checked = (await asHost(product, '/v1/access-checks', check)).json
  const { id, secret } = product.connections[family.connection]!
  const introspected = await post(
    `${product.server.base}/v1/oauth/introspect`,
    { token: access },
    basic(id, secret),
  )
  deepStrictEqual(
    {
      ...Object.fromEntries(asked),
      'the search': await product.search(access),
      'the access check': [checked.active, ...checked.page_ids],
      introspection: introspected.json.active,
    },
    {
      ...Object.fromEntries(Object.keys(doors).map(name => [name, expected])),
      'the search': {
        status: expected === 401 ? 401 : 200,
        titles: reached.map(one => product.title(one)).sort(),
      },
      'the access check': [expected !== 401, ...reached.map(one => product.pages[one])],
      introspection: expected !== 401,
    },
    `${family.who}'s token of connection ${family.connection}, page ${page}`,
  )
}
