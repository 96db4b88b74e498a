import { Partner } from './partner.ts'
import { Person } from './person.ts'
import type { SeededConnection } from './seed.ts'
import type { TestServer } from './server.ts'

export type Tokens = { access_token: string; refresh_token: string; bot_id: string }

/** A person of the workspace at a browser of their own, signed in. */
export async function signedIn(server: TestServer, user: { email: string }): Promise<Person> {
  const person = new Person(server.base)
  await person.open('/sign-in')
  await person.signIn(user.email)
  return person
}

/** The whole flow as someone goes through it, to the tokens in the partner's hand. */
export async function allowed(
  server: TestServer,
  connection: SeededConnection,
  user: { email: string },
  pages: { id: string }[],
  workspaceId?: string,
): Promise<{ partner: Partner; tokens: Tokens }> {
  const partner = await Partner.discover(server.base, connection)
  const person = new Person(server.base)
  await person.open(await partner.authorizeUrl(workspaceId ? { workspace_id: workspaceId } : {}))
  await person.signIn(user.email)
  await person.press('Select pages')
  await person.press('Allow access', { pages: pages.map(page => page.id) })
  const tokens = await partner.redeem(person.visit.url)
  return { partner, tokens: tokens as unknown as Tokens }
}
