import { Partner } from './partner.ts'
import { Person } from './person.ts'
import type { World } from './seed.ts'

type Who = keyof World['users']

/** A public connection that a developer created in the hub, with the secret as the screen showed it. */
export type CreatedConnection = {
  id: string
  name: string
  secret: string
  redirectUri: string
  developer: Person
}

/** The people of a world at the developer hub. */
export class Developers {
  readonly base: string
  readonly world: World

  constructor(base: string, world: World) {
    this.base = base
    this.world = world
  }

  async signedIn(who: Who): Promise<Person> {
    const person = new Person(this.base)
    await person.signIn(this.world.users[who].email)
    return person
  }

  /** Fills in the form for a public connection. @throws the errors on the screen when it is refused. */
  async create(who: Who = 'ben', fields: Record<string, string | string[]> = {}): Promise<CreatedConnection> {
    const developer = await this.signedIn(who)
    await developer.open('/developers/new/public')
    const redirectUri = (fields.redirect_uris as string) ?? 'https://relay.test/callback'
    await developer.press('Create connection', {
      workspace: this.world.workspaces.acme.id,
      name: 'Relay',
      redirect_uris: redirectUri,
      capabilities: ['read_content', 'update_content'],
      people: 'read_user_without_email',
      ...fields,
    })
    const id = /connections\/([0-9a-f-]{36})/.exec(developer.visit.url)?.[1]
    if (!id) throw new Error(developer.text())
    const secret = developer.visit.$('#shown-value').text().trim()
    return { id, name: developer.heading(), secret, redirectUri, developer }
  }

  /** Somebody of Acme installs it for the handbook; returns the partner's answer. */
  async install(connection: CreatedConnection, who: Who = 'cleo') {
    const partner = await Partner.discover(this.base, connection)
    const person = await this.signedIn(who)
    await person.open(await partner.authorizeUrl({ workspace_id: this.world.workspaces.acme.id }))
    await person.press('Select pages')
    await person.press('Allow access', { pages: [this.world.pages.handbook.id] })
    return { partner, person, tokens: await partner.redeem(person.visit.url) }
  }
}

/** The address of one part of a connection in the hub. */
export const partOf = (connection: { id: string }, part: string) =>
  `/developers/connections/${connection.id}/${part}`

/** The token that this person's own forms carry. */
export async function csrfOf(person: Person): Promise<string> {
  await person.open('/sign-out')
  return person.visit.$('input[name=csrf]').first().val() as string
}
