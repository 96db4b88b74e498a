import { Person } from './person.ts'
import type { SeededConnection } from './seed.ts'
import type { TestServer } from './server.ts'

/** The messages that the playground shows: number, title and status of each. */
export function messages(person: Person): string[] {
  return person.visit
    .$('.playground-messages > li h3')
    .toArray()
    .map(one => person.visit.$(one).text().replace(/\s+/g, ' ').trim())
}

/** A developer at the playground of their connection. */
export class Developer extends Person {
  readonly address: string
  private readonly server: TestServer
  private readonly user: { id: string }

  private constructor(server: TestServer, user: { id: string }, connection: SeededConnection) {
    super(server.base)
    this.server = server
    this.user = user
    this.address = `/developers/connections/${connection.id}/playground`
  }

  /** Signed in, and with a sandbox. */
  static async open(
    server: TestServer,
    user: { id: string; email: string },
    connection: SeededConnection,
  ): Promise<Developer> {
    const developer = new Developer(server, user, connection)
    await developer.signIn(user.email)
    await developer.open(developer.address)
    if (developer.text().includes('Make a sandbox')) await developer.press('Make a sandbox')
    return developer
  }

  /** Who has this role in the sandbox. */
  async persona(role: string): Promise<{ id: string; workspace: string }> {
    const [found] = await this.server.sql<{ id: string; workspace: string }>(
      `select u.id, m.workspace_id as workspace from users u join members m on m.user_id = u.id
       join workspaces w on w.id = m.workspace_id where w.sandbox_owner = $1 and m.role = $2`,
      [this.user.id, role],
    )
    return found!
  }

  /** Begins a test as somebody of the sandbox; ends where the flow stops. */
  async begin(role: string, outcome = ''): Promise<void> {
    await this.open(this.address)
    const again = this.text().includes('Test this connection again')
    const button = again ? 'Test this connection again' : 'Test this connection'
    await this.press(button, { as: (await this.persona(role)).id, outcome })
  }

  /** …and goes through the flow with the first two pages. */
  async connect(role = 'member', outcome = ''): Promise<void> {
    await this.begin(role, outcome)
    await this.press('Select pages')
    const pages = this.visit.$('input[name=pages]').toArray().slice(0, 2)
    await this.press('Allow access', { pages: pages.map(one => this.visit.$(one).attr('value')!) })
  }
}
