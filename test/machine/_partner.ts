/** What partners do with the tokens of a run. */
import { strictEqual } from 'node:assert'
import { type Answer, call } from '../support/api.ts'
import { basic, post } from '../support/post.ts'
import type { Model } from './_model.ts'
import type { Product } from './_product.ts'

const clientOf = (product: Product, { families }: Model, family: number) => {
  const { id, secret } = product.connections[families[family]!.connection]!
  return basic(id, secret)
}

async function atEndpoint(
  product: Product,
  model: Model,
  family: number,
  [path, fields]: [string, Record<string, string>],
) {
  const answer = await post(`${product.server.base}${path}`, fields, clientOf(product, model, family))
  if (answer.status >= 500) throw new Error(`${path} answered ${answer.status}`)
  return answer
}

/** Refreshes. @returns the status. */
export async function refresh(product: Product, family: number, model: Model): Promise<number> {
  const tokens = product.tokens[family]!
  const fields = { grant_type: 'refresh_token', refresh_token: tokens.refresh }
  const { status, json } = await atEndpoint(product, model, family, ['/v1/oauth/token', fields])
  if (status === 200)
    product.tokens[family] = { ...tokens, access: `${json.access_token}`, refresh: `${json.refresh_token}` }
  return status
}

export async function revoke(product: Product, family: number, model: Model): Promise<number> {
  const fields = { token: product.tokens[family]!.refresh }
  return (await atEndpoint(product, model, family, ['/v1/oauth/revoke', fields])).status
}

/** Sends the exchange of the code again. @returns the status. @throws when it brings other tokens than the first time. */
export async function exchangeAgain(product: Product, family: number, model: Model): Promise<number> {
  const { exchange, first } = product.tokens[family]!
  const { status, json } = await atEndpoint(product, model, family, ['/v1/oauth/token', exchange])
  if (status === 200) strictEqual(json.access_token, first, 'the tokens of the first exchange')
  return status
}

/** Moves a page to the trash. @returns the status. */
export async function trash(product: Product, family: number, page: number): Promise<number> {
  const { access } = product.tokens[family]!
  const answer = await call(product.server.base, `/v1/pages/${product.pages[page]}`, {
    ...{ method: 'PATCH', token: access, headers: [['content-type', 'application/json']] },
    body: { in_trash: true },
  })
  return answer.status
}

export async function introspect(product: Product, family: number, model: Model) {
  const fields = { token: product.tokens[family]!.access }
  const { json } = await atEndpoint(product, model, family, ['/v1/oauth/introspect', fields])
  return json as { active?: boolean; scope?: string }
}

export async function search({ server }: Product, token: string) {
  const answer = await call(server.base, '/v1/search', { method: 'POST', token, body: { page_size: 100 } })
  type Found = { properties: { title: { title: { plain_text: string }[] } } }
  const found = (answer.json.results ?? []) as Found[]
  return {
    status: answer.status,
    titles: found.map(one => one.properties.title.title[0]!.plain_text).sort(),
  }
}

/** A question of the host product about a token. */
export const asHost = ({ server, host }: Product, path: string, body: unknown): Promise<Answer> =>
  call(server.base, path, {
    method: 'POST',
    headers: Object.entries(basic(host.id, host.secret)) as [string, string][],
    body,
  })
