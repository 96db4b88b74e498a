import { beforeAll, describe, expect, it } from '@jest/globals'
import { signedIn } from '../support/allowed.ts'
import { openWorld } from '../support/open-world.ts'
import { Partner } from '../support/partner.ts'
import { Person } from '../support/person.ts'
import { restrict } from '../support/ruled.ts'
import { type SeededConnection, seedConnection } from '../support/seed.ts'

const { server, world } = await openWorld()
const relay = await seedConnection(server.sql, {
  workspace_id: world.workspaces.side.id,
  created_by: world.users.ada.id,
})
let log: string

beforeAll(async () => {
  log = `/developers/connections/${relay.id}/log`
})

/** Somebody of Acme goes through the flow; the developer, Ada, looks after the connection from another workspace. */
async function allow(partner: Partner): Promise<string> {
  const ben = new Person(server.base)
  await ben.open(await partner.authorizeUrl())
  await ben.signIn(world.users.ben.email)
  await ben.press('Select pages')
  await ben.press('Allow access', { pages: [world.pages.handbook.id] })
  return ben.visit.url
}

async function developer(): Promise<Person> {
  const ada = new Person(server.base)
  await ada.signIn(world.users.ada.email)
  return ada
}

/** The attempt that this request id belongs to, as its developer sees it. */
async function findAttempt(requestId: string, connectionId = relay.id): Promise<Person> {
  const log = `/developers/connections/${connectionId}/log`
  const ada = await developer()
  // The log is written beside the requests.
  for (let wait = 0; wait < 40; wait++) {
    await ada.open(`${log}?request=${requestId}`)
    if (ada.visit.$('tbody tr').length > 0) break
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  await ada.open(ada.visit.$('tbody a').first().attr('href')!)
  return ada
}

type Refusal = { error: string; request_id: string }
async function token(
  body: Record<string, string>,
  secret = relay.secret,
  clientId = relay.id,
): Promise<Refusal & Record<string, string>> {
  const answer = await fetch(`${server.base}/v1/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}` },
    body: new URLSearchParams(body),
  })
  return (await answer.json()) as Refusal & Record<string, string>
}

const marked = (person: Person) =>
  person.visit
    .$('mark')
    .toArray()
    .map(one => person.visit.$(one).text())

describe('the developer reads an attempt', () => {
  it('step by step, from the authorize request to the refresh, as one row', async () => {
    const partner = await Partner.discover(server.base, relay)
    const tokens = await partner.redeem(await allow(partner))
    const renewed = await partner.refresh(tokens.refresh_token!)
    const ada = await findAttempt(renewed.request_id as string)
    const renewedAt = ada.visit.url
    const titles = ada.visit
      .$('.timeline strong')
      .toArray()
      .map(one => ada.visit.$(one).text())
    expect(titles).toEqual([
      'Authorize request received',
      'Signed in',
      'Workspace chosen',
      'Pages chosen',
      'Access allowed',
      'Code issued',
      'Code redeemed',
      'Tokens refreshed',
    ])
    expect(ada.text()).toContain('A member of Acme')
    const clock = /\d\d:\d\d:\d\d UTC/
    for (const step of ada.visit.$('.timeline-step').toArray())
      expect(ada.visit.$(step).text()).toMatch(clock)
    await ada.open(log)
    for (const row of ada.visit.$('tbody tr').toArray()) expect(ada.visit.$(row).text()).toMatch(clock)
    await ada.open(renewedAt)
    expect(ada.visit.html).not.toContain(tokens.access_token)
    for (const secret of ['Handbook', 'Ben', world.users.ben.email, tokens.refresh_token!, relay.secret])
      expect(ada.visit.$('.timeline').text()).not.toContain(secret)
  })
})

describe('a browser that is sent to the partner several times', () => {
  it('has one code issued in the log, at once or later', async () => {
    const partner = await Partner.discover(server.base, relay)
    const ben = await signedIn(server, world.users.ben)
    await ben.open(await partner.authorizeUrl())
    await ben.press('Select pages')
    const { action, body } = ben.formOf('Allow access', { pages: [world.pages.handbook.id] })
    const allowed = await ben.send(action, { method: 'POST', body })
    const goOn = () => ben.send(allowed.headers.get('location')!)
    const [answer] = [...(await Promise.all([goOn(), goOn(), goOn()])), await goOn()]
    const tokens = await partner.redeem(answer!.headers.get('location')!)
    const ada = await findAttempt(tokens.request_id as string)
    const titles = ada.visit.$('.timeline strong').toArray()
    expect(titles.filter(one => ada.visit.$(one).text() === 'Code issued')).toHaveLength(1)
  })
})

describe('whoever only followed a link', () => {
  it('tells the developer no workspace of his: not by being stopped there, not by looking and leaving', async () => {
    const partner = await Partner.discover(server.base, relay)
    const ben = await signedIn(server, world.users.ben)
    await ben.open(await partner.authorizeUrl())
    const left = ben.visit.headers.get('x-request-id')!
    await ben.press('Select pages')
    await ben.press('Cancel')
    await restrict(server, world.workspaces.acme.id, 'owners-only')
    await ben.open(await partner.authorizeUrl())
    const stopped = ben.visit.headers.get('x-request-id')!
    await restrict(server, world.workspaces.acme.id, 'none')
    for (const requestId of [left, stopped]) {
      const ada = await findAttempt(requestId)
      expect(ada.visit.$('main').text()).not.toContain('A member of')
      expect(ada.text()).toContain('Access has not been allowed yet.')
      await ada.open(`/developers/connections/${relay.id}/log?request=${requestId}`)
      expect(ada.visit.$('main').text()).not.toContain('Acme')
    }
  })
})

describe('the developer finds out why it failed, by the request id', () => {
  it('a redirect URI that is not registered: the differing characters are marked', async () => {
    const ben = new Person(server.base)
    const sent = 'https://relay.test/callback/'
    const query = new URLSearchParams({ response_type: 'code', client_id: relay.id, redirect_uri: sent })
    await ben.open(`/v1/oauth/authorize?${query}`)
    expect(ben.visit.status).toBe(400)
    expect(ben.text()).not.toContain(sent)
    const ada = await findAttempt(ben.visit.headers.get('x-request-id')!)
    expect(ada.text()).toContain(sent)
    expect(marked(ada)).toEqual(['/', '␣'])
    expect(ada.text()).toContain('Register exactly the address that is sent')
  })

  it('a scope that is not registered', async () => {
    const partner = await Partner.discover(server.base, relay)
    const ben = new Person(server.base)
    await ben.open(await partner.authorizeUrl({ scope: 'read_content delete_everything' }))
    const ada = await findAttempt(ben.visit.headers.get('x-request-id')!)
    expect(ada.text()).toContain('The connection is not registered with “delete_everything”.')
    expect(ada.text()).toContain('invalid_scope')
    expect(marked(ada)).toEqual(['delete_everything'])
  })

  it.each<[Record<string, string>, RegExp]>([
    [{ code_challenge_method: 'plain' }, /code_challenge_method=plain.*code_challenge_method=S256/],
    [{ code_challenge: 'short' }, /code_challenge=… \(5 characters\).*43 characters/],
    [{ response_mode: 'form_post' }, /response_mode=form_post.*response_mode=query/],
    [{ response_type: 'token' }, /only response type.*token.*response_type=code/],
    [{ resource: 'https://other.test' }, /https:\/\/other\.test.*Leave the parameter resource out/],
    [{ prompt: 'none' }, /prompt=none.*Leave prompt=none out/],
  ])('at the authorize address: %j', async (extra, words) => {
    const partner = await Partner.discover(server.base, relay)
    const ben = new Person(server.base)
    await ben.open(await partner.authorizeUrl(extra))
    const ada = await findAttempt(ben.visit.headers.get('x-request-id')!)
    expect(ada.text().replace(/\s+/g, ' ')).toMatch(words)
  })

  it('a refresh that asks for more', async () => {
    const partner = await Partner.discover(server.base, relay)
    const { refresh_token } = await partner.redeem(await allow(partner))
    const scope = 'read_content insert_comments'
    const answer = await token({ grant_type: 'refresh_token', refresh_token: refresh_token!, scope })
    const ada = await findAttempt(answer.request_id)
    expect(ada.text()).toContain('The refresh asks for more than was granted: “insert_comments”.')
    expect(marked(ada)).toEqual(['insert_comments'])
  })

  it('a PKCE verifier that does not match', async () => {
    const partner = await Partner.discover(server.base, relay)
    const code = new URL(await allow(partner)).searchParams.get('code')!
    const answer = await token({
      grant_type: 'authorization_code',
      code,
      redirect_uri: relay.redirectUri,
      code_verifier: 'x'.repeat(43),
    })
    expect(answer.error).toBe('invalid_grant')
    const ada = await findAttempt(answer.request_id)
    expect(ada.text()).toContain('The PKCE verifier does not match the challenge')
    expect(ada.text()).not.toContain('x'.repeat(43))
    expect(ada.visit.$('.timeline-step')).toHaveLength(7)
  })

  it('another redirect URI at the token endpoint', async () => {
    const partner = await Partner.discover(server.base, relay)
    const code = new URL(await allow(partner)).searchParams.get('code')!
    const answer = await token({
      grant_type: 'authorization_code',
      code,
      redirect_uri: 'https://relay.test/other',
    })
    const ada = await findAttempt(answer.request_id)
    expect(ada.text()).toContain('not the one that the flow began with')
    expect(marked(ada)).toEqual(['other', 'callback'])
  })

  it('a code used twice, and when first', async () => {
    const partner = await Partner.discover(server.base, relay)
    const callback = await allow(partner)
    const first = await partner.redeem(callback)
    await partner.refresh(first.refresh_token!)
    const refused = await partner.redeem(callback).catch(error => error as { cause: Refusal })
    const ada = await findAttempt((refused.cause as Refusal).request_id)
    expect(ada.text()).toMatch(
      /redeemed before, first at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC from 127\.0\.0\.1, and now again from 127\.0\.0\.1/,
    )
    expect(ada.text()).toContain('were ended: 2 access tokens and 1 refresh token in force')
  })

  it('a code used twice, the second time without its verifier', async () => {
    const partner = await Partner.discover(server.base, relay)
    const callback = await allow(partner)
    const { access_token } = await partner.redeem(callback)
    const code = new URL(callback).searchParams.get('code')!
    const answer = await token({ grant_type: 'authorization_code', code, redirect_uri: relay.redirectUri })
    const ada = await findAttempt(answer.request_id)
    expect(ada.text()).toMatch(/redeemed before, at \d{4}-.* wrong besides .* No token was ended/)
    expect((await partner.introspect(access_token)).active).toBe(true)
  })

  it('a wrong secret: which ones are live, and which of them worked last', async () => {
    const two = await seedConnection(server.sql, {
      name: 'Two secrets',
      workspace_id: world.workspaces.side.id,
      created_by: world.users.ada.id,
    })
    await server.sql(`update connection_secrets set hint = 'aaaa' where connection_id = $1`, [two.id])
    await server.sql(
      `insert into connection_secrets (id, connection_id, secret_hash, hint, created_at, last_used_at, revoked_at) values
         (gen_random_uuid(), $1, 'x', 'bbbb', '2026-03-01', '2026-03-02 10:20:30Z', null),
         (gen_random_uuid(), $1, sha256($2), 'cccc', '2026-01-01', '2026-01-02', '2026-04-05 06:07:08Z')`,
      [two.id, Buffer.from('lks_revoked')],
    )
    const body = { grant_type: 'authorization_code', code: 'lkc_x' }
    const wrong = await token(body, 'lks_wrong', two.id)
    expect(wrong.error).toBe('invalid_client')
    const ada = await findAttempt(wrong.request_id, two.id)
    expect(ada.text()).toContain(
      'The client secret is wrong. The last one to work was the one that ends in bbbb, at 2026-03-02 10:20:30 UTC.',
    )
    expect(ada.text()).toContain('…bbbb, made 2026-03-01 00:00:00 UTC, last worked 2026-03-02 10:20:30 UTC')
    expect(ada.text()).toMatch(/…aaaa, made .* never used/)
    expect(ada.text()).toContain('not a secret of this server')
    expect(ada.text()).not.toContain('lks_wrong')
    const revoked = await findAttempt((await token(body, 'lks_revoked', two.id)).request_id, two.id)
    expect(revoked.text()).toContain(
      'The secret that ends in cccc is revoked, since 2026-04-05 06:07:08 UTC.',
    )
    const foreign = await findAttempt((await token(body, relay.secret, two.id)).request_id, two.id)
    expect(foreign.text()).toContain(`a secret that ends in ${relay.secret.slice(-4)}`)
  })

  it.each<[string, Record<string, string>, RegExp]>([
    ['no secret', { client_id: 'ID' }, /must authenticate with its secret.*by HTTP Basic, or as client_id/],
    ['a secret sent twice', { client_secret: 'again' }, /in one way only/],
    ['an unknown grant type', { grant_type: 'password' }, /no such grant type.*password.*refresh_token/],
    ['an access token as the code', { code: 'lka_x' }, /code=lka_….*code=lkc_…/],
    [
      'a cut refresh token',
      { grant_type: 'refresh_token', refresh_token: 'lkr_x' },
      /last characters do not fit/,
    ],
  ])('%s', async (_what, extra, words) => {
    const { client_id, ...rest } = extra
    const authorization = `Basic ${Buffer.from(`${relay.id}:${relay.secret}`).toString('base64')}`
    const answer = await fetch(`${server.base}/v1/oauth/token`, {
      method: 'POST',
      headers: client_id ? {} : { authorization },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        ...rest,
        ...(client_id ? { client_id: relay.id } : {}),
      }),
    })
    const ada = await findAttempt(((await answer.json()) as Refusal).request_id)
    expect(ada.text().replace(/\s+/g, ' ')).toMatch(words)
  })

  it('what was given back with a wrong secret', async () => {
    const answer = await fetch(`${server.base}/v1/oauth/revoke`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: relay.id, client_secret: 'wrong', token: 'lka_x' }),
    })
    const ada = await findAttempt(((await answer.json()) as Refusal).request_id)
    expect(ada.text()).toContain('Tokens not given back')
    expect(ada.text()).toContain('The client secret is wrong')
  })

  it('a code of another connection, of which nothing is told', async () => {
    const thief = await seedConnection(server.sql, {
      name: 'Thief',
      workspace_id: world.workspaces.side.id,
      created_by: world.users.ada.id,
    })
    const code = new URL(await allow(await Partner.discover(server.base, relay))).searchParams.get('code')!
    const answer = await token(
      { grant_type: 'authorization_code', code, redirect_uri: 'https://thief.test/' },
      thief.secret,
      thief.id,
    )
    expect(answer.error).toBe('invalid_grant')
    const ada = await findAttempt(answer.request_id, thief.id)
    expect(ada.text()).toContain('The code is unknown: issued to another connection')
    for (const foreign of ['Acme', relay.redirectUri]) expect(ada.text()).not.toContain(foreign)
  })

  it('a refresh token used again after its successor: when first, from where, and what ended', async () => {
    const partner = await Partner.discover(server.base, relay)
    const first = await partner.redeem(await allow(partner))
    const second = await partner.refresh(first.refresh_token!)
    await partner.refresh(second.refresh_token!)
    const answer = await token({ grant_type: 'refresh_token', refresh_token: first.refresh_token! })
    expect(answer.error).toBe('invalid_grant')
    const ada = await findAttempt(answer.request_id)
    expect(ada.text()).toMatch(
      /used first at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC from 127\.0\.0\.1, and now again from 127\.0\.0\.1/,
    )
    expect(ada.text()).toContain(
      'All tokens of this authorization were ended: 3 access tokens and 1 refresh token in force.',
    )
  })

  it('a refresh token of a public client used again: nothing is kept of the device', async () => {
    const app = await seedConnection(server.sql, {
      name: 'App',
      client_type: 'public',
      workspace_id: world.workspaces.side.id,
      created_by: world.users.ada.id,
    })
    const partner = await Partner.discover(server.base, { ...app, secret: '' })
    const first = await partner.redeem(await allow(partner))
    const second = await partner.refresh(first.refresh_token!)
    await partner.refresh(second.refresh_token!)
    const kept = await server.sql<{ payload: object }>(
      `select r.payload from refresh_tokens r join authorizations a on a.id = r.grant_id where a.connection_id = $1`,
      [app.id],
    )
    expect(kept).toHaveLength(3)
    expect(JSON.stringify(kept)).not.toContain('127.0.0.1')
    const answer = await fetch(`${server.base}/v1/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        client_id: app.id,
        refresh_token: first.refresh_token!,
      }),
    })
    const ada = await findAttempt(((await answer.json()) as Refusal).request_id, app.id)
    expect(ada.text()).toContain('Addresses are not kept for public clients')
    expect(ada.text()).not.toContain('127.0.0.1')
  })

  it('a guest, and a cancelled flow', async () => {
    const partner = await Partner.discover(server.base, relay)
    const gus = new Person(server.base)
    await gus.open(await partner.authorizeUrl())
    await gus.signIn(world.users.gus.email)
    const refused = await findAttempt(gus.visit.headers.get('x-request-id')!)
    expect(refused.text()).toContain('guests cannot install connections')
    await gus.press('Cancel')
    const cancelled = await findAttempt(gus.visit.headers.get('x-request-id')!)
    expect(cancelled.text()).toContain('Cancelled by the member')
  })
})

describe('the log', () => {
  it('is shown to nobody else', async () => {
    const [row] = await server.sql<{ id: string }>('select id from flow_attempts limit 1')
    for (const path of [log, `${log}/${row!.id}`]) {
      for (const name of ['ben', 'dora', 'gus'] as const) {
        const person = new Person(server.base)
        await person.signIn(world.users[name].email)
        expect((await person.open(path)).status).toBe(404)
      }
      const stranger = new Person(server.base)
      await stranger.open(path)
      expect(stranger.heading()).toContain('Sign in')
    }
  })

  it('shows a connection only its own attempts, and takes hostile questions', async () => {
    const other = await seedConnection(server.sql, {
      name: 'Other',
      workspace_id: world.workspaces.side.id,
      created_by: world.users.ada.id,
    })
    const [row] = await server.sql<{ id: string }>('select id from flow_attempts limit 1')
    const ada = await developer()
    await ada.open(`/developers/connections/${other.id}/log`)
    expect(ada.text()).toContain('No attempts yet')
    expect((await ada.open(`/developers/connections/${other.id}/log/${row!.id}`)).status).toBe(404)
    for (const query of ['request=%00', "request=';--", 'outcome=x', 'after=1.x', 'after=99999999999999999'])
      expect((await ada.open(`${log}?${query}`)).status).toBe(200)
  })

  it('loses lines rather than a request when the database cannot keep up', async () => {
    await server.sql('alter table flow_steps rename to flow_steps_away')
    try {
      const partner = await Partner.discover(server.base, relay)
      const tokens = await partner.redeem(await allow(partner))
      expect(tokens.access_token).toMatch(/^lka_/)
      await new Promise(resolve => setTimeout(resolve, 700))
    } finally {
      await server.sql('alter table flow_steps_away rename to flow_steps')
    }
  })
})

describe('an introspection or a giving back that comes to nothing stands in the log', () => {
  type Answer = { request_id: string; active?: boolean; error?: string }
  const post = async (
    part: string,
    body: string | URLSearchParams,
    by: SeededConnection | null = relay,
    secret = by?.secret,
  ) =>
    (await (
      await fetch(`${server.base}/v1/oauth/${part}`, {
        method: 'POST',
        headers: by ? { authorization: `Basic ${Buffer.from(`${by.id}:${secret}`).toString('base64')}` } : {},
        body,
      })
    ).json()) as Answer
  const words = async (answer: Answer, connectionId = relay.id) => {
    const ada = await findAttempt(answer.request_id, connectionId)
    return ada.visit.$('main').text().replace(/\s+/g, ' ')
  }
  const asked = (token: string) => new URLSearchParams({ token })

  it.each(['introspect', 'revoke'])('%s with a wrong secret: which are live', async part => {
    const answer = await post(part, asked('lka_x'), relay, 'lks_wrong')
    expect(answer.error).toBe('invalid_client')
    const told = await words(answer)
    expect(told).toMatch(/The client secret is wrong\. .*not a secret of this server/)
    expect(told).toContain(`…${relay.secret.slice(-4)}, made`)
    expect(told).not.toContain('lks_wrong')
  })

  it.each(['introspect', 'revoke'])('%s without a secret, without a token, with half a body', async part => {
    const bare = new URLSearchParams({ client_id: relay.id, token: 'lka_x' })
    expect(await words(await post(part, bare, null))).toContain('must authenticate with its secret')
    expect(await words(await post(part, new URLSearchParams()))).toContain('The parameter token is missing.')
    expect(await words(await post(part, '{"token":'))).toContain('The content type must be')
  })

  it('a token of another connection, of which nothing is told', async () => {
    const other = await seedConnection(server.sql, {
      name: 'Onlooker',
      workspace_id: world.workspaces.side.id,
      created_by: world.users.ada.id,
    })
    const partner = await Partner.discover(server.base, relay)
    const { access_token, refresh_token } = await partner.redeem(await allow(partner))
    for (const token of [access_token, refresh_token!]) {
      const told = await words(await post('introspect', asked(token), other), other.id)
      expect(told).toContain('Answered with active: false')
      expect(told).toContain('Not a token of this connection')
      for (const foreign of ['Acme', relay.id, 'Relay', token]) expect(told).not.toContain(foreign)
      expect(await words(await post('revoke', asked(token), other), other.id)).toContain(
        'Not a token of this connection',
      )
    }
    expect((await partner.introspect(access_token)).active).toBe(true)
  })

  it('a token of its own that is out of force: expired, used up, suspended, its member gone', async () => {
    const partner = await Partner.discover(server.base, relay)
    const first = await partner.redeem(await allow(partner))
    const tokens = await partner.refresh(first.refresh_token!)
    const why = async (token: string) => {
      const answer = await post('introspect', asked(token))
      expect(answer.active).toBe(false)
      return words(answer)
    }
    expect(await why(first.refresh_token!)).toContain('The refresh token was used already')
    const state = (value: string, reason: string | null) =>
      server.sql('update installations set state = $2, state_reason = $3 where connection_id = $1', [
        relay.id,
        value,
        reason,
      ])
    await state('suspended', 'by-owner')
    expect(await why(tokens.access_token)).toContain('The installation is suspended by an owner')
    await state('suspended', 'installer-left')
    expect(await why(tokens.access_token)).toContain('The member who allowed access has left the workspace')
    await state('active', null)
    await server.sql(
      `update access_tokens set expires_at = '2026-03-01T10:20:30Z' where token_hash = sha256($1)`,
      [Buffer.from(tokens.access_token)],
    )
    expect(await why(tokens.access_token)).toContain('The token was good until 2026-03-01 10:20:30 UTC.')
    await post('revoke', asked(tokens.refresh_token!))
    expect(await why(tokens.access_token)).toContain('revoked or ended before')
    expect(await why('lka_cut')).toContain('not in the form of a token')
  })

  const lines = async (kind: string, { id }: SeededConnection) =>
    (
      await server.sql<{ many: number }>(
        `select count(*)::int as many from flow_steps s join flow_attempts a on a.id = s.attempt_id
           where a.connection_id = $1 and s.kind = $2`,
        [id, kind],
      )
    )[0]!.many
  const written = async (kind: string, connection: SeededConnection, many: number) => {
    for (let wait = 0; wait < 40 && (await lines(kind, connection)) < many; wait++)
      await new Promise(resolve => setTimeout(resolve, 100))
    return lines(kind, connection)
  }
  const ofAda = (name: string) =>
    seedConnection(server.sql, {
      name,
      workspace_id: world.workspaces.side.id,
      created_by: world.users.ada.id,
    })

  it('a token in force leaves no line, and a flood of dead ones no more than thirty in a minute', async () => {
    const busy = await ofAda('Busy')
    const partner = await Partner.discover(server.base, busy)
    const { access_token } = await partner.redeem(await allow(partner))
    expect((await partner.introspect(access_token)).active).toBe(true)
    await Promise.all(Array.from({ length: 50 }, () => post('introspect', asked('lka_dead'), busy)))
    expect(await written('introspected', busy, 30)).toBe(30)
  })

  it.each([
    ['introspect', 'introspected'],
    ['revoke', 'revoked'],
  ])(
    'a stranger’s flood of %s has thirty lines of its own, and silences none of the partner',
    async (part, kind) => {
      const named = await ofAda('Named by strangers')
      await Promise.all(Array.from({ length: 50 }, () => post(part, asked('lka_x'), named, 'lks_wrong')))
      expect(await written(kind, named, 30)).toBe(30)
      expect(await words(await post(part, asked('lka_cut'), named), named.id)).toContain(
        'not in the form of a token',
      )
      await Promise.all(Array.from({ length: 50 }, () => post(part, asked('lka_dead'), named)))
      expect(await written(kind, named, 60)).toBe(60)
    },
  )

  it('a second giving back, which is harmless and no failure', async () => {
    const partner = await Partner.discover(server.base, relay)
    const { refresh_token } = await partner.redeem(await allow(partner))
    await post('revoke', asked(refresh_token!))
    const ada = await findAttempt((await post('revoke', asked(refresh_token!))).request_id)
    expect(ada.visit.$('h2 .badge').text()).toBe('Ended')
    expect(ada.text()).toContain('revoked or ended before')
    const malformed = await findAttempt((await post('revoke', asked('lka_cut'))).request_id)
    expect(malformed.visit.$('h2 .badge').text()).toBe('Failed')
  })
})
