/** The product of a run: a workspace of its own, three people at their browsers, two connections and the host product. */
import { createHash, randomUUID } from 'node:crypto'
import { hash } from '@node-rs/argon2'
import { newTokenValue } from '../../src/installs/token-value.ts'
import { csrfOf } from '../support/developers.ts'
import { Partner } from '../support/partner.ts'
import { Person } from '../support/person.ts'
import { password, type SeededConnection, seedConnection } from '../support/seed.ts'
import type { TestServer } from '../support/server.ts'
import { Model, type Who } from './_model.ts'

export type Server = Pick<TestServer, 'base' | 'sql'>
export type Tokens = {
  access: string
  refresh: string
  installation: string
  /** The exchange that brought the first ones, and its access token. */
  exchange: Record<string, string>
  first: string
}

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
  private readonly sessions = new Map<Who, Promise<{ jar: Person['jar']; csrf: string }>>()

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
      product.connections.push(
        await seedConnection(sql, {
          name: `${name} ${randomUUID().slice(0, 8)}`,
          created_by: product.users.ada,
          optional_capabilities: ['update_content'],
        }),
      )
    product.host = await seedConnection(sql, { name: 'The host product', resource_server: true })
    return product
  }

  title = (page: number) => `Page ${page}`

  async newPage(parent: number | null): Promise<void> {
    const id = randomUUID()
    const parent_id = parent === null ? null : this.pages[parent]!
    await this.feed({
      ...{ kind: 'page', id, workspace_id: this.workspace, parent_id, icon: null },
      title: this.title(this.pages.length),
    })
    this.pages.push(id)
  }

  private session(who: Who) {
    const known = this.sessions.get(who)
    if (known) return known
    const signIn = async () => {
      const person = new Person(this.server.base)
      await person.open('/sign-in')
      await person.signIn(`${this.users[who]}@acme.test`)
      return { jar: person.jar, csrf: await csrfOf(person) }
    }
    const session = signIn()
    this.sessions.set(who, session)
    return session
  }

  /** In a tab of their own, signed in. */
  async person(who: Who): Promise<Person> {
    const { jar } = await this.session(who)
    return Object.assign(new Person(this.server.base), { jar })
  }

  /** Disables or enables a person; a disabled one is signed out. */
  async disable(who: Who, disabled: boolean): Promise<void> {
    const id = this.users[who]
    await this.feed({ kind: 'user', id, email: `${id}@acme.test`, name: who, disabled })
    this.sessions.delete(who)
  }

  async membership(who: Who, change: { role: string } | { removed: true }): Promise<void> {
    await this.feed({ kind: 'member', workspace_id: this.workspace, user_id: this.users[who], ...change })
  }

  /** Sends a form. @throws when the screen refuses. */
  async post(who: Who, address: string, fields: Record<string, string | string[]> = {}): Promise<Person> {
    const person = await this.person(who)
    const body = new URLSearchParams({ csrf: (await this.session(who)).csrf })
    for (const [name, values] of Object.entries(fields))
      for (const value of [values].flat()) body.append(name, value)
    await person.open(address, { method: 'POST', body })
    if (person.visit.status >= 400) throw new Error(`${address}: ${person.visit.status} ${person.text()}`)
    return person
  }

  settings = (who: Who, address: string, fields: Record<string, string | string[]> = {}) =>
    this.post(who, `/settings/${this.workspace}/${address}`, fields)

  /** Presses a button of a screen. @throws when the screen refuses. */
  async press(who: Who, address: string, button: string, fields: Record<string, string | string[]> = {}) {
    const person = await this.person(who)
    await person.open(`/settings/${this.workspace}/${address}`)
    await person.press(button, fields)
    if (person.visit.status >= 400) throw new Error(`${button}: ${person.visit.status} ${person.text()}`)
  }

  private async atConsent(who: Who, connection: number): Promise<{ partner: Partner; person: Person }> {
    const partner = await Partner.discover(this.server.base, this.connections[connection]!)
    const person = await this.person(who)
    await person.open(await partner.authorizeUrl({ workspace_id: this.workspace }))
    return { partner, person }
  }

  /** The whole flow. @returns false where the member is stopped. */
  async install(
    who: Who,
    connection: number,
    { pages, changes, days }: { pages: number[]; changes: boolean; days: boolean },
  ): Promise<boolean> {
    const { partner, person } = await this.atConsent(who, connection)
    if (!person.visit.$('button').text().includes('Select pages')) return false
    const levels = changes ? ['update_content'] : []
    await person.press('Select pages', { levels, access_ends: days ? '7' : 'never' })
    await person.press('Allow access', { pages: pages.map(page => this.pages[page]!) })
    const callback = person.visit.url
    const { access_token, refresh_token, bot_id } = await partner.redeem(callback)
    const exchange = {
      grant_type: 'authorization_code',
      code: new URL(callback).searchParams.get('code')!,
      code_verifier: partner.verifier,
      redirect_uri: this.connections[connection]!.redirectUri,
    }
    const tokens = { access: access_token, first: access_token, refresh: refresh_token! }
    this.tokens.push({ ...tokens, installation: `${bot_id}`, exchange })
    return true
  }

  async askForApproval(who: Who, connection: number): Promise<void> {
    const { person } = await this.atConsent(who, connection)
    const button = person.visit.$('button[formaction$="/request-approval"]').text().trim()
    await person.press(button, { reason: 'For the plan.' })
    if (person.visit.status >= 400) throw new Error(`${button}: ${person.visit.status} ${person.text()}`)
  }

  /** The developer makes another secret, puts it in place, and revokes the one before. */
  async rotateSecret(connection: number): Promise<void> {
    const known = this.connections[connection]!
    const hub = `/developers/connections/${known.id}`
    const { visit } = await this.post('ada', `${hub}/secrets`)
    const secret = visit.$('#shown-value').text().trim()
    const old = visit.$(`[aria-label$="…${known.secret.slice(-4)}"]`).attr('href')!
    await this.post('ada', old)
    this.connections[connection] = { ...known, secret }
  }

  /** Lines of the directory, as the host product feeds it. */
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
}
