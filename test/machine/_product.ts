/** The product of a run: a workspace of its own, three people at their browsers, two connections and the host product. */
import { createHash, randomUUID } from 'node:crypto'
import { hash } from '@node-rs/argon2'
import { newTokenValue } from '../../src/installs/token-value.ts'
import { call } from '../support/api.ts'
import { Partner } from '../support/partner.ts'
import { Person } from '../support/person.ts'
import { basic } from '../support/post.ts'
import { restrict } from '../support/ruled.ts'
import { password, type SeededConnection, seedConnection } from '../support/seed.ts'
import type { TestServer } from '../support/server.ts'
import { Model, type Who } from './_model.ts'

export type Server = Pick<TestServer, 'base' | 'sql'>
export type Tokens = { access: string; refresh: string; installation: string }

let passwordHash: Promise<string> | null = null
const cheap = { memoryCost: 1024, timeCost: 1, parallelism: 1 }

export class Product {
  readonly server: Server
  readonly workspace = randomUUID()
  readonly users: Record<Who, string> = { ada: randomUUID(), ben: randomUUID(), cleo: randomUUID() }
  readonly pages: string[] = []
  readonly connections: SeededConnection[] = []
  /** Of each family of the model, the newest ones. */
  readonly tokens: Tokens[] = []
  host!: SeededConnection
  /** The host product's credential. */
  private readonly admin = newTokenValue('lkh_')
  private readonly browsers = new Map<Who, Person>()

  private constructor(server: Server) {
    this.server = server
  }

  /** As the model is at its beginning. */
  static async open(server: Server): Promise<Product> {
    const product = new Product(server)
    const { sql } = server
    passwordHash ??= hash(password, cheap)
    const { people, pages } = new Model()
    await sql(`insert into workspaces (id, name, plan) values ($1, 'Acme', 'enterprise')`, [
      product.workspace,
    ])
    for (const [name, { role }] of Object.entries(people)) {
      const id = product.users[name as Who]
      await sql('insert into users (id, email, name, password_hash) values ($1, $2, $3, $4)', [
        ...[id, `${id}@acme.test`, name, await passwordHash],
      ])
      await sql('insert into members (workspace_id, user_id, role) values ($1, $2, $3)', [
        ...[product.workspace, id, role],
      ])
    }
    await sql(
      `insert into admin_credentials (id, name, scopes, secret_hash, hint, created_at)
       values ($1::uuid, $1::uuid::text, '{directory}', $2, 'hint', now())`,
      [randomUUID(), createHash('sha256').update(product.admin).digest()],
    )
    for (const { parent } of pages) await product.newPage(parent)
    for (const name of ['Relay', 'Atlas'])
      product.connections.push(await seedConnection(sql, { name: `${name} ${randomUUID().slice(0, 8)}` }))
    product.host = await seedConnection(sql, { name: 'The host product', resource_server: true })
    return product
  }

  async newPage(parent: number | null): Promise<void> {
    const id = randomUUID()
    const path = parent === null ? null : this.pages[parent]!
    await this.server.sql(
      `with page as (insert into pages (workspace_id, id, parent_id, title) values ($1, $2, $3, $4))
       insert into page_paths (workspace_id, page_id, path, hidden)
       select $1, $2, coalesce(above.path, '{}') || $2::uuid, coalesce(above.hidden, false)
       from (select) one left join page_paths above on above.workspace_id = $1 and above.page_id = $3`,
      [this.workspace, id, path, this.title(this.pages.length)],
    )
    this.pages.push(id)
  }

  title = (page: number) => `Page ${page}`

  /** At their browser, signed in. */
  async person(who: Who): Promise<Person> {
    const known = this.browsers.get(who)
    if (known) return known
    const person = new Person(this.server.base)
    await person.open('/sign-in')
    await person.signIn(`${this.users[who]}@acme.test`)
    this.browsers.set(who, person)
    return person
  }

  async renew(who: Who, connection: number): Promise<void> {
    const person = await this.person(who)
    const { $ } = await person.open(`/settings/${this.workspace}/my-connections`)
    const row = $('tr').filter((_, one) => $(one).text().includes(this.connections[connection]!.name))
    const form = row.find('form[action$="/renew"]')
    const body = new URLSearchParams({ csrf: `${form.find('[name=csrf]').val()}` })
    await person.open(`${form.attr('action')}`, { method: 'POST', body })
    if (person.visit.status >= 400) throw new Error(`renew: ${person.visit.status} ${person.text()}`)
  }

  /** Or enables; whoever is disabled is signed out. */
  async disable(who: Who, disabled: boolean): Promise<void> {
    const id = this.users[who]
    await this.feed({ kind: 'user', id, email: `${id}@acme.test`, name: who, disabled })
    this.browsers.delete(who)
  }

  async approve(connection: number): Promise<void> {
    await this.server.sql(
      `insert into approvals (workspace_id, connection_id, approved_by, approved_at) values ($1, $2, $3, now())`,
      [this.workspace, this.connections[connection]!.id, this.users.ada],
    )
  }

  /** Presses a button of a screen. @throws when the screen refuses. */
  async press(who: Who, address: string, button: string, fields: Record<string, string | string[]> = {}) {
    const person = await this.person(who)
    await person.open(`/settings/${this.workspace}/${address}`)
    await person.press(button, fields)
    if (person.visit.status >= 400) throw new Error(`${button}: ${person.visit.status} ${person.text()}`)
  }

  /** The whole flow. @returns null where the member is stopped. */
  async install(who: Who, connection: number, pages: number[]): Promise<Tokens | null> {
    const partner = await Partner.discover(this.server.base, this.connections[connection]!)
    const person = await this.person(who)
    await person.open(await partner.authorizeUrl({ workspace_id: this.workspace }))
    if (!person.visit.$('button').text().includes('Select pages')) return null
    await person.press('Select pages')
    await person.press('Allow access', { pages: pages.map(page => this.pages[page]!) })
    const { access_token, refresh_token, bot_id } = await partner.redeem(person.visit.url)
    const tokens = { access: access_token, refresh: refresh_token!, installation: `${bot_id}` }
    this.tokens.push(tokens)
    return tokens
  }

  /** A partner refreshes or revokes. @returns the status. */
  async token(family: number, path: 'token' | 'revoke', { families }: Model): Promise<number> {
    const tokens = this.tokens[family]!
    const { id, secret } = this.connections[families[family]!.connection]!
    const fields: Record<string, string> =
      path === 'token'
        ? { grant_type: 'refresh_token', refresh_token: tokens.refresh }
        : { token: tokens.refresh }
    const answer = await fetch(`${this.server.base}/v1/oauth/${path}`, {
      method: 'POST',
      headers: basic(id, secret),
      body: new URLSearchParams(fields),
    })
    const text = await answer.text()
    if (answer.ok && path === 'token') {
      const next = JSON.parse(text) as { access_token: string; refresh_token: string }
      this.tokens[family] = { ...tokens, access: next.access_token, refresh: next.refresh_token }
    }
    return answer.status
  }

  /** The policy, beside its screen. */
  async restrict(to: Model['restrict']): Promise<void> {
    await restrict(this.server, this.workspace, to)
  }

  /** A line of the directory, as the host product feeds it. */
  async feed(line: object): Promise<void> {
    const answer = await fetch(`${this.server.base}/v1/directory`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.admin}`, 'content-type': 'application/x-ndjson' },
      body: JSON.stringify(line),
    })
    if (answer.status !== 200)
      throw new Error(`the directory answered ${answer.status}: ${await answer.text()}`)
    await answer.body?.cancel()
  }

  async search(token: string): Promise<{ status: number; titles: string[] }> {
    const answer = await call(this.server.base, '/v1/search', {
      method: 'POST',
      token,
      body: { page_size: 100 },
    })
    type Found = { properties: { title: { title: { plain_text: string }[] } } }
    const titles = ((answer.json.results ?? []) as Found[]).map(
      one => one.properties.title.title[0]!.plain_text,
    )
    return { status: answer.status, titles: titles.sort() }
  }
}
