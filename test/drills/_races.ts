/** Pairs of actions that meet at two hosts, each with what must be true afterwards, whichever came first. */
import { deepStrictEqual, ok, strictEqual } from 'node:assert'
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Random } from '../long/_random.ts'
import { reachedTitles } from '../support/partner.ts'
import { decisionForm, restrict } from '../support/ruled.ts'
import { seedConnection } from '../support/seed.ts'
import {
  atThePicker,
  count,
  dead,
  installed,
  isActive,
  live,
  refresh,
  revoke,
  screen,
  type Tokens,
  token,
  withCode,
} from './_operations.ts'
import type { Stage } from './_stage.ts'

export type Race = (stage: Stage, random: Random) => Promise<void>
type Outcome<T> = { value: T; error?: undefined } | { value?: undefined; error: Error }

/** Both at once, or one a few milliseconds later. A refusal is an outcome; a fault of the server is not. */
async function both<A, B>(
  random: Random,
  one: () => Promise<A>,
  other: () => Promise<B>,
): Promise<[Outcome<A>, Outcome<B>]> {
  const delays = [0, random.below(12)]
  if (random.chance(0.5)) delays.reverse()
  const settle = async <T>(work: () => Promise<T>, ms: number): Promise<Outcome<T>> => {
    if (ms > 0) await pause(ms)
    try {
      return { value: await work() }
    } catch (error) {
      const { message } = error as Error
      if (/fetch failed|\b50[0-9]\b|server_error/.test(message)) throw error
      return { error: error as Error }
    }
  }
  return Promise.all([settle(one, delays[0]!), settle(other, delays[1]!)])
}

const acmeOf = (stage: Stage) => stage.world.workspaces.acme.id
const stateOf = async (stage: Stage, id: string) =>
  (await stage.sql<{ state: string }>('select state from installations where id = $1', [id]))[0]?.state
const disconnectScreen = async (stage: Stage, name: string, tokens: Tokens) =>
  screen(
    await stage.personOf('ben'),
    `/settings/${acmeOf(stage)}/my-connections/${tokens.bot_id}/disconnect`,
    `Disconnect ${name}`,
  )
const ownersScreen = async (stage: Stage, connectionId: string, action: string, button: string) =>
  screen(
    await stage.personOf('ada'),
    `/settings/${acmeOf(stage)}/connections/${connectionId}/${action}`,
    button,
  )

/** Tokens that were issued while something else happened: they work, or none does and the installation says so. */
async function liveOrDead(stage: Stage, connection: Parameters<typeof live>[1], tokens: Tokens) {
  const state = await stateOf(stage, tokens.bot_id)
  if (state === 'active') await live(stage, connection, tokens)
  else await dead(stage, connection, tokens, state)
}

/** A request of Ben's that Ada may decide. */
async function waitingRequest(stage: Stage) {
  await restrict(stage, acmeOf(stage), 'approved-list')
  const connection = await seedConnection(stage.sql, { name: `Relay ${randomUUID().slice(0, 8)}` })
  const ben = await stage.personOf('ben')
  const url = new URL('/v1/oauth/authorize', stage.base)
  url.search = `${new URLSearchParams({ client_id: connection.id, redirect_uri: connection.redirectUri, response_type: 'code' })}`
  await ben.open(url.href)
  await ben.press('Request approval', { reason: 'For the roadmap.' })
  const decide = async (decision: 'approve' | 'decline') => {
    const ada = await stage.personOf('ada')
    const { action, body } = await decisionForm(ada, acmeOf(stage), { connection: connection.name }, decision)
    return async () => {
      await ada.open(action, { method: 'POST', body })
      ok(ada.visit.status < 400, `${ada.visit.status} ${ada.text()}`)
    }
  }
  const decided = (kind: string) =>
    count(stage, 'events where connection_id = $1 and kind = $2', [connection.id, `approval-request.${kind}`])
  const status = async () =>
    (
      await stage.sql<{ status: string }>(
        'select state as status from approval_requests where connection_id = $1',
        [connection.id],
      )
    )[0]!.status
  return { connection, ben, decide, decided, status }
}

async function feed(stage: Stage, lines: object[], key = randomUUID()): Promise<unknown> {
  const answer = await fetch(`${stage.base}/v1/directory`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${stage.admin}`,
      'content-type': 'application/x-ndjson',
      'idempotency-key': key,
    },
    body: lines.map(line => JSON.stringify(line)).join('\n'),
  })
  const text = await answer.text()
  if (answer.status !== 200) throw new Error(`the directory answered ${answer.status}: ${text}`)
  return JSON.parse(text)
}

export const races: Record<string, Race> = {
  async 'one refresh token, twice'(stage, random) {
    const { connection, tokens } = await installed(stage)
    const again = () => refresh(stage, connection, tokens.refresh_token)
    const [one, other] = await both(random, again, again)
    ok(one.value && other.value, `${one.error ?? other.error}`)
    strictEqual(one.value.refresh_token, other.value.refresh_token)
    strictEqual(await isActive(stage, connection, one.value.access_token), true)
    await live(stage, connection, other.value)
  },

  async 'one code, twice'(stage, random) {
    const { connection, redeem } = await withCode(stage)
    const won = (await both(random, redeem, redeem)).filter(one => one.value).map(one => one.value!)
    ok(won.length > 0, 'none got tokens')
    strictEqual(new Set(won.map(one => one.refresh_token)).size, 1)
    await live(stage, connection, won[0]!)
  },

  async 'two codes of one member'(stage, random) {
    const { connection, redeem } = await withCode(stage)
    const second = await withCode(stage, 'ben', connection)
    const [one, other] = await both(random, redeem, second.redeem)
    ok(one.value && other.value, `${one.error ?? other.error}`)
    strictEqual(one.value.bot_id, other.value.bot_id)
    await live(stage, connection, one.value)
    await live(stage, connection, other.value)
  },

  async 'Allow access, pressed twice'(stage, random) {
    const { connection, person, press } = await atThePicker(stage)
    const twin = await atThePickerAgain(stage, person)
    const [one, other] = await both(random, press, twin)
    ok(!one.error && !other.error, `${one.error ?? other.error}`)
    strictEqual(await count(stage, 'authorizations where connection_id = $1', [connection.id]), 1)
  },

  async 'revocation and the exchange of a further code'(stage, random) {
    const { connection, tokens } = await installed(stage)
    const second = await withCode(stage, 'ben', connection)
    const [, redeemed] = await both(
      random,
      () => revoke(stage, connection, tokens.refresh_token),
      second.redeem,
    )
    strictEqual(await isActive(stage, connection, tokens.access_token), false)
    if (redeemed.value) await live(stage, connection, redeemed.value)
    else strictEqual(await stateOf(stage, tokens.bot_id), 'revoked')
  },

  async 'revocation of both authorizations of an installation'(stage, random) {
    const { connection, tokens } = await installed(stage)
    const second = await installed(stage, 'ben', connection)
    const end = (value: string) => () => revoke(stage, connection, value)
    await both(random, end(tokens.refresh_token), end(second.tokens.refresh_token))
    await dead(stage, connection, tokens)
    await dead(stage, connection, second.tokens)
  },

  async 'revocation and refresh'(stage, random) {
    const { connection, tokens } = await installed(stage)
    const [, next] = await both(
      random,
      () => revoke(stage, connection, tokens.refresh_token),
      () => refresh(stage, connection, tokens.refresh_token),
    )
    await dead(stage, connection, tokens)
    if (next.value) await dead(stage, connection, next.value)
  },

  async 'disconnecting and refresh'(stage, random) {
    const { connection, tokens } = await installed(stage)
    const { press } = await disconnectScreen(stage, connection.name, tokens)
    const [ended, next] = await both(random, press, () => refresh(stage, connection, tokens.refresh_token))
    ok(!ended.error, `${ended.error}`)
    await dead(stage, connection, tokens)
    if (next.value) await dead(stage, connection, next.value)
  },

  async 'disconnecting and the exchange of a further code'(stage, random) {
    const { connection, tokens } = await installed(stage)
    const second = await withCode(stage, 'ben', connection)
    const { press } = await disconnectScreen(stage, connection.name, tokens)
    const [ended, redeemed] = await both(random, press, second.redeem)
    ok(!ended.error, `${ended.error}`)
    if (redeemed.value) await liveOrDead(stage, connection, redeemed.value)
    else await dead(stage, connection, tokens)
  },

  async 'disconnecting everybody and two exchanges'(stage, random) {
    const { connection, redeem } = await withCode(stage)
    const second = await withCode(stage, 'cleo', connection)
    const { press } = await ownersScreen(stage, connection.id, 'disconnect', 'Disconnect for everyone').catch(
      () => ({ press: async () => {} }),
    )
    const [one, [other]] = await Promise.all([redeem(), both(random, second.redeem, press)])
    await liveOrDead(stage, connection, one)
    if (other.value) await liveOrDead(stage, connection, other.value)
  },

  async 'suspending and refresh'(stage, random) {
    const { connection, tokens } = await installed(stage)
    const { press } = await ownersScreen(stage, connection.id, 'suspend', 'Suspend')
    const [ended, next] = await both(random, press, () => refresh(stage, connection, tokens.refresh_token))
    ok(!ended.error, `${ended.error}`)
    await dead(stage, connection, next.value ?? tokens, 'suspended')
  },

  async 'suspending and the exchange of a further code'(stage, random) {
    const { connection, tokens } = await installed(stage)
    const second = await withCode(stage, 'ben', connection)
    const { press } = await ownersScreen(stage, connection.id, 'suspend', 'Suspend')
    const [ended, redeemed] = await both(random, press, second.redeem)
    ok(!ended.error, `${ended.error}`)
    await dead(stage, connection, redeemed.value ?? tokens, 'suspended')
  },

  async 'changing pages, twice'(stage, random) {
    const { connection, tokens } = await installed(stage)
    const address = `/settings/${acmeOf(stage)}/my-connections/${tokens.bot_id}/pages`
    const change = async (page: { id: string }) =>
      (await screen(await stage.personOf('ben'), address, 'Save pages', { pages: [page.id] })).press
    const { handbook, quarter } = stage.world.pages
    const [one, other] = await both(random, await change(handbook), await change(quarter))
    ok(!one.error || !other.error, `${one.error}`)
    // Each person's change is what they ticked and unticked, so both may hold; what both unticked is gone.
    const reached = `${await reachedTitles(stage.base, tokens.access_token)}`
    ok(['Handbook', 'Launch,Quarter One', 'Handbook,Launch,Quarter One'].includes(reached), reached)
    strictEqual(await isActive(stage, connection, tokens.access_token), true)
  },

  async 'changing pages and disconnecting'(stage, random) {
    const { connection, tokens } = await installed(stage)
    const address = `/settings/${acmeOf(stage)}/my-connections/${tokens.bot_id}/pages`
    const pages = { pages: [stage.world.pages.handbook.id] }
    const change = await screen(await stage.personOf('ben'), address, 'Save pages', pages)
    const { press } = await disconnectScreen(stage, connection.name, tokens)
    const [, ended] = await both(random, change.press, press)
    ok(!ended.error, `${ended.error}`)
    await dead(stage, connection, tokens)
  },

  async 'approving, twice'(stage, random) {
    const { connection, decide, decided } = await waitingRequest(stage)
    const [one, other] = await both(random, await decide('approve'), await decide('approve'))
    ok(!one.error || !other.error, `${one.error}`)
    strictEqual(await decided('approved'), 1)
    strictEqual(await count(stage, 'approvals where connection_id = $1', [connection.id]), 1)
  },

  async 'approving and declining'(stage, random) {
    const { connection, decide, decided, status } = await waitingRequest(stage)
    const outcomes = await both(random, await decide('approve'), await decide('decline'))
    strictEqual(outcomes.filter(one => !one.error).length, 1)
    const approved = (await status()) === 'approved' ? 1 : 0
    deepStrictEqual([await decided('approved'), await decided('declined')], [approved, 1 - approved])
    strictEqual(await count(stage, 'approvals where connection_id = $1', [connection.id]), approved)
  },

  async 'approving and withdrawing'(stage, random) {
    const { ben, decide, decided, status } = await waitingRequest(stage)
    const withdraw = async () => {
      await ben.press('Withdraw request')
      ok(ben.visit.status < 400, `${ben.visit.status}`)
    }
    const outcomes = await both(random, await decide('approve'), withdraw)
    ok(
      outcomes.some(one => !one.error),
      `${outcomes[0].error}`,
    )
    const total = (await decided('approved')) + (await decided('withdrawn'))
    ok(total === 1 || (total === 2 && (await status()) === 'withdrawn'), `${total} ${await status()}`)
  },

  async 'one batch of the directory, twice'(stage, random) {
    const mark = randomUUID().slice(0, 8)
    const lines = Array.from({ length: 5 }, (_, number) => ({
      ...{ kind: 'page', external_id: `${mark}-${number}`, workspace_id: acmeOf(stage) },
      ...{ parent_id: stage.world.pages.diary.id, title: `Page ${number}` },
    }))
    const key = randomUUID()
    const again = () => feed(stage, lines, key)
    const [one, other] = await both(random, again, again)
    ok(one.value ?? other.value, `${one.error}`)
    if (one.value && other.value) deepStrictEqual(one.value, other.value)
    strictEqual(await count(stage, 'pages where external_id like $1', [`${mark}-%`]), 5)
  },

  async 'leaving the workspace and the exchange'(stage, random) {
    const { connection, redeem } = await withCode(stage, 'cleo')
    const { cleo } = stage.world.users
    const [redeemed] = await both(random, redeem, () =>
      stage.sql('update users set disabled = true where id = $1', [cleo.id]),
    )
    if (redeemed.value) strictEqual(await isActive(stage, connection, redeemed.value.access_token), false)
    await stage.sql('update users set disabled = false where id = $1', [cleo.id])
    // It is the person who was away, not the installation.
    if (redeemed.value) await live(stage, connection, redeemed.value)
  },

  async 'a reused refresh token and the refresh of its successor'(stage, random) {
    const { connection, tokens } = await installed(stage)
    const next = await refresh(stage, connection, tokens.refresh_token)
    const third = await refresh(stage, connection, next.refresh_token)
    const [reused, further] = await both(
      random,
      () => refresh(stage, connection, tokens.refresh_token),
      () => refresh(stage, connection, third.refresh_token),
    )
    ok(reused.error, 'a token that was used long ago was taken')
    await dead(stage, connection, further.value ?? third)
  },

  async 'deleting a connection and the exchange'(stage, random) {
    const { connection, redeem } = await withCode(stage)
    await stage.sql('update connections set workspace_id = $2 where id = $1', [connection.id, acmeOf(stage)])
    const address = `/developers/connections/${connection.id}/delete`
    const { press } = await screen(await stage.personOf('ada'), address, 'Delete connection')
    const [redeemed, ended] = await both(random, redeem, press)
    ok(!ended.error, `${ended.error}`)
    if (redeemed.value) await rejects401(stage, redeemed.value.access_token)
    strictEqual(await count(stage, 'authorizations where connection_id = $1', [connection.id]), 0)
  },

  async 'a new secret without overlap and a request with the old one'(stage, random) {
    const { connection, tokens } = await installed(stage)
    const [answered] = await both(
      random,
      () => refresh(stage, connection, tokens.refresh_token),
      () =>
        stage.sql('update connection_secrets set revoked_at = now() where connection_id = $1', [
          connection.id,
        ]),
    )
    const again = token(stage, connection, {
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token,
    })
    strictEqual(
      await again.then(
        () => 'taken',
        (error: Error) => /invalid_client/.test(error.message) && 'refused',
      ),
      'refused',
    )
    if (answered.value) deepStrictEqual(await reachedTitles(stage.base, answered.value.access_token), titles)
  },
}

const titles = ['Launch', 'Quarter One', 'Roadmap']

/** The same button in the same window, pressed by an impatient person. */
async function atThePickerAgain(stage: Stage, person: Awaited<ReturnType<Stage['personOf']>>) {
  const { action, body } = person.formOf('Allow access', { pages: [stage.world.pages.roadmap.id] })
  return async () => {
    const answer = await person.send(action, { method: 'POST', body })
    ok(answer.status === 303, `${answer.status}`)
  }
}

async function rejects401(stage: Stage, accessToken: string): Promise<void> {
  const answer = await fetch(`${stage.base}/v1/users/me`, {
    headers: { authorization: `Bearer ${accessToken}` },
  })
  strictEqual(answer.status, 401)
}
