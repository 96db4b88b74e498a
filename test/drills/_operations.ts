/** What people and partners do, each with the proof that it happened wholly or not at all. */
import { deepStrictEqual, ok, strictEqual } from 'node:assert'
import { randomUUID } from 'node:crypto'
import { Partner, reachedTitles } from '../support/partner.ts'
import type { Person } from '../support/person.ts'
import { basic, post } from '../support/post.ts'
import { decisionForm, restrict } from '../support/ruled.ts'
import { type SeededConnection, seedConnection } from '../support/seed.ts'
import type { Stage } from './_stage.ts'

export type Attempt = {
  /** @throws where no answer comes, or another one than success. */
  send(): Promise<void>
  /** @param acknowledged whether `send` succeeded; if not, the request is repeated. @throws what is wrong. */
  prove(acknowledged: boolean): Promise<void>
}
export type Operation = { name: string; prepare(stage: Stage): Promise<Attempt> }

const roadmap = ['Launch', 'Quarter One', 'Roadmap']

/** A member on the picker, with the page ticked that is to be allowed next. */
export async function atThePicker(stage: Stage, who: 'ben' | 'cleo' = 'ben', known?: SeededConnection) {
  const connection = known ?? (await seedConnection(stage.sql))
  const partner = await Partner.discover(stage.base, connection)
  const person = await stage.personOf(who)
  await person.open(await partner.authorizeUrl())
  await person.press('Select pages')
  const press = async () => {
    await person.press('Allow access', { pages: [stage.world.pages.roadmap.id] })
    ok(person.visit.url.startsWith(connection.redirectUri), `ended at ${person.visit.url}: ${person.text()}`)
  }
  return { connection, partner, person, press }
}

export async function withCode(...of: Parameters<typeof atThePicker>) {
  const { connection, partner, person, press } = await atThePicker(...of)
  await press()
  const code = new URL(person.visit.url).searchParams.get('code')!
  const fields = {
    ...{ grant_type: 'authorization_code', code, redirect_uri: connection.redirectUri },
    code_verifier: partner.verifier,
  }
  return { connection, redeem: () => token(of[0], connection, fields) }
}

export async function installed(...of: Parameters<typeof atThePicker>) {
  const { connection, redeem } = await withCode(...of)
  return { connection, tokens: await redeem() }
}

export type Tokens = { access_token: string; refresh_token: string; bot_id: string }

/** A request to the token endpoint. @throws when it is not answered with tokens. */
export async function token(stage: Stage, { id, secret }: SeededConnection, fields: Record<string, string>) {
  const answer = await post(`${stage.base}/v1/oauth/token`, fields, basic(id, secret))
  strictEqual(answer.status, 200, `${fields.grant_type}: ${JSON.stringify(answer.json)}`)
  return answer.json as Tokens & Record<string, unknown>
}
export const refresh = (stage: Stage, connection: SeededConnection, refresh_token: string) =>
  token(stage, connection, { grant_type: 'refresh_token', refresh_token })

export async function revoke(stage: Stage, { id, secret }: SeededConnection, value: string) {
  const answer = await post(`${stage.base}/v1/oauth/revoke`, { token: value }, basic(id, secret))
  strictEqual(answer.status, 200, `revoke: ${JSON.stringify(answer.json)}`)
}

export async function isActive(stage: Stage, { id, secret }: SeededConnection, value: string) {
  const answer = await post(`${stage.base}/v1/oauth/introspect`, { token: value }, basic(id, secret))
  strictEqual(answer.status, 200)
  return answer.json.active as boolean
}

/** The tokens work at every address, and the next ones too. */
export async function live(stage: Stage, connection: SeededConnection, tokens: Tokens, titles = roadmap) {
  deepStrictEqual(await reachedTitles(stage.base, tokens.access_token), titles)
  strictEqual(await isActive(stage, connection, tokens.access_token), true)
  const next = await refresh(stage, connection, tokens.refresh_token)
  deepStrictEqual(await reachedTitles(stage.base, next.access_token), titles)
}

/** No token works, and the installation does not claim to be connected. */
export async function dead(stage: Stage, connection: SeededConnection, tokens: Tokens, state = 'revoked') {
  strictEqual(await isActive(stage, connection, tokens.access_token), false, 'the access token lives')
  const { id, secret } = connection
  const fields = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }
  const answer = await post(`${stage.base}/v1/oauth/token`, fields, basic(id, secret))
  strictEqual(answer.json.error, 'invalid_grant', 'the refresh token lives')
  const [row] = await stage.sql<{ state: string }>('select state from installations where id = $1', [
    tokens.bot_id,
  ])
  strictEqual(row?.state, state)
}

export const count = async (stage: Stage, text: string, values: unknown[]) =>
  (await stage.sql<{ count: number }>(`select count(*)::int as count from ${text}`, values))[0]!.count

/** The button of a screen whose form the person has open; `reopen` shows the screen anew. */
export async function screen(person: Person, address: string, button: string, fields = {}) {
  await person.open(address)
  const form = person.visit
  const press = async () => {
    person.visit = form
    await person.press(button, fields)
    ok(person.visit.status < 400, `${button}: ${person.visit.status} ${person.text()}`)
  }
  return { press, reopen: () => person.open(address) }
}

const consent: Operation = {
  name: 'consent',
  async prepare(stage) {
    const { connection, partner, person, press } = await atThePicker(stage)
    return {
      send: press,
      async prove(acknowledged) {
        if (!acknowledged) await press()
        const tokens = await partner.redeem(person.visit.url)
        await live(stage, connection, tokens as unknown as Tokens)
        const redeemed = 'authorizations where connection_id = $1 and redeemed_at is not null'
        strictEqual(await count(stage, redeemed, [connection.id]), 1)
      },
    }
  },
}

const exchange: Operation = {
  name: 'exchange',
  async prepare(stage) {
    const { connection, redeem } = await withCode(stage)
    let tokens: Tokens | null = null
    const send = async () => {
      tokens = await redeem()
    }
    return {
      send,
      async prove(acknowledged) {
        if (!acknowledged) await send()
        await live(stage, connection, tokens!)
        const activated = `events where connection_id = $1 and kind = 'installation.activated'`
        strictEqual(await count(stage, activated, [connection.id]), 1)
      },
    }
  },
}

const refreshing: Operation = {
  name: 'refresh',
  async prepare(stage) {
    const { connection, tokens } = await installed(stage)
    let next: Tokens | null = null
    const send = async () => {
      next = await refresh(stage, connection, tokens.refresh_token)
    }
    return {
      send,
      async prove(acknowledged) {
        if (!acknowledged) await send()
        await live(stage, connection, next!)
      },
    }
  },
}

const revoking: Operation = {
  name: 'revoke',
  async prepare(stage) {
    const { connection, tokens } = await installed(stage)
    const send = () => revoke(stage, connection, tokens.refresh_token)
    return {
      send,
      async prove(acknowledged) {
        if (!acknowledged) await send()
        await dead(stage, connection, tokens)
      },
    }
  },
}

const disconnect: Operation = {
  name: 'disconnect',
  async prepare(stage) {
    const { connection, tokens } = await installed(stage)
    const ben = await stage.personOf('ben')
    const address = `/settings/${stage.world.workspaces.acme.id}/my-connections/${tokens.bot_id}/disconnect`
    const { press } = await screen(ben, address, `Disconnect ${connection.name}`)
    return {
      send: press,
      async prove(acknowledged) {
        if (!acknowledged) await press()
        await dead(stage, connection, tokens)
        const ended = `events where installation_id = $1 and kind like 'installation.%' and kind <> 'installation.activated'`
        strictEqual(await count(stage, ended, [tokens.bot_id]), 1)
      },
    }
  },
}

const changePages: Operation = {
  name: 'change of pages',
  async prepare(stage) {
    const { connection, tokens } = await installed(stage)
    const ben = await stage.personOf('ben')
    const address = `/settings/${stage.world.workspaces.acme.id}/my-connections/${tokens.bot_id}/pages`
    const pages = { pages: [stage.world.pages.handbook.id] }
    const { press } = await screen(ben, address, 'Save pages', pages)
    return {
      send: press,
      async prove(acknowledged) {
        if (!acknowledged) {
          const reached = await reachedTitles(stage.base, tokens.access_token)
          ok([`${roadmap}`, 'Handbook'].includes(`${reached}`), `it reaches ${reached}`)
          await press()
        }
        await live(stage, connection, tokens, ['Handbook'])
      },
    }
  },
}

const approval: Operation = {
  name: 'approval',
  async prepare(stage) {
    const acme = stage.world.workspaces.acme.id
    await restrict(stage, acme, 'approved-list')
    const connection = await seedConnection(stage.sql, { name: `Relay ${randomUUID().slice(0, 8)}` })
    const partner = await Partner.discover(stage.base, connection)
    const [ben, ada] = [await stage.personOf('ben'), await stage.personOf('ada')]
    await ben.open(await partner.authorizeUrl())
    await ben.press('Request approval', { reason: 'For the roadmap.' })
    const waiting = ben.visit.url
    const { action, body } = await decisionForm(ada, acme, { connection: connection.name }, 'approve')
    const send = async () => {
      await ada.open(action, { method: 'POST', body })
      ok(ada.visit.status < 400, `${ada.visit.status} ${ada.text()}`)
    }
    return {
      send,
      async prove(acknowledged) {
        if (!acknowledged) await send().catch(alreadyDecided)
        await ben.open(waiting)
        ok(ben.heading().includes('is approved'), ben.heading())
        const added = `events where connection_id = $1 and kind = 'approval.added'`
        strictEqual(await count(stage, added, [connection.id]), 1)
        await restrict(stage, acme, 'none')
      },
    }
  },
}

/** Pressed again after it was done, the screen says who decided. */
function alreadyDecided(error: Error): void {
  if (!/^409 .*decided|^409 .*approved/i.test(error.message)) throw error
}

const feed: Operation = {
  name: 'directory batch',
  async prepare(stage) {
    const mark = randomUUID().slice(0, 8)
    const key = randomUUID()
    const { workspaces, pages } = stage.world
    // Below the diary, where the drills read no titles.
    const lines = Array.from({ length: 30 }, (_, number) =>
      JSON.stringify({
        ...{ kind: 'page', external_id: `${mark}-${number}`, workspace_id: workspaces.acme.id },
        ...{ parent_id: pages.diary.id, title: `Page ${number}` },
      }),
    )
    const kept = () => count(stage, 'pages where external_id like $1', [`${mark}-%`])
    const send = async () => {
      const answer = await fetch(`${stage.base}/v1/directory`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${stage.admin}`,
          'content-type': 'application/x-ndjson',
          'idempotency-key': key,
        },
        body: lines.join('\n'),
      })
      const text = await answer.text()
      strictEqual(answer.status, 200, text)
      strictEqual(JSON.parse(text).lines, 30)
    }
    return {
      send,
      async prove(acknowledged) {
        if (!acknowledged) {
          ok([0, 30].includes(await kept()), `${await kept()} of 30 lines were kept`)
          await send()
        }
        strictEqual(await kept(), 30)
      },
    }
  },
}

export const operations = [
  ...[consent, exchange, refreshing, revoking, disconnect],
  ...[changePages, approval, feed],
]
