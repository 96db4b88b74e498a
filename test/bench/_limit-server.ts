/**
 * What this stack can do at best: Koa with one durable prepared statement a request, over tables of its own that hold no more
 * than the checks need. In a process of its own.
 */
import { hash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import Koa, { type Context } from 'koa'
import pg from 'pg'
import type { Counts, Seeds } from './_contestants.ts'

// The database has our tables as well.
const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL!,
  max: 20,
  options: '-c search_path=limits',
})
const client = {
  id: '00000000-0000-7000-8000-000000000001',
  secret: 'lks_0123456789012345678901234567890123',
}
const redirectUri = 'https://relay.test/callback'
const sha256 = (value: string) => hash('sha256', value, 'buffer')
const newValue = () => randomBytes(24).toString('base64url')

const proved = 'client as (select id from clients where id = $1 and secret_hash = $2 and not disabled)'
const inForce = 'g.client_id = client.id and g.ends > now() and m.id = g.member and m.active'
const issue = (from: string) => `insert into tokens (hash, grant_id, refresh, expires)
  select new.hash, ${from}.grant_id, new.refresh, now() + interval '10 days'
  from ${from}, (values ($4::bytea, false), ($5::bytea, true)) new (hash, refresh) returning grant_id`

const statements = {
  redeem: `with ${proved}, redeemed as (
    update grants g set redeemed_at = now() from client, members m
    where g.code_hash = $3 and g.redeemed_at is null and g.redirect_uri = $6 and ${inForce}
    returning g.id as grant_id) ${issue('redeemed')}`,
  rotate: `with ${proved}, rotated as (
    update tokens t set next = $5 from client, grants g, members m
    where t.hash = $3 and t.refresh and t.next is null and t.expires > now() and g.id = t.grant_id and ${inForce}
    returning t.grant_id) ${issue('rotated')}`,
  introspect: `with ${proved}
    select t.expires, g.member, g.pages from client, tokens t, grants g, members m
    where t.hash = $3 and t.expires > now() and g.id = t.grant_id and ${inForce}`,
  revoke: `with ${proved}, ended as (
    delete from grants g using client, tokens t
    where t.hash = $3 and g.id = t.grant_id and g.client_id = client.id returning g.id)
    delete from tokens t using ended where t.grant_id = ended.id returning t.grant_id`,
}

async function ask(name: keyof typeof statements, ctx: Context, values: unknown[]) {
  const basic = Buffer.from(ctx.get('authorization').slice(6), 'base64').toString()
  const [id, secret = ''] = basic.split(':')
  const { rows } = await pool.query({ name, text: statements[name], values: [id, sha256(secret), ...values] })
  if (rows.length === 0) ctx.throw(400)
  return rows[0]
}

const app = new Koa()
app.use(async ctx => {
  const parts: Buffer[] = []
  for await (const part of ctx.req) parts.push(part)
  const form = new URLSearchParams(Buffer.concat(parts).toString())
  const presented = sha256(form.get('token') ?? form.get('code') ?? form.get('refresh_token') ?? '')
  if (ctx.path === '/introspect') {
    const row = await ask('introspect', ctx, [presented])
    ctx.body = { active: true, sub: row.member, exp: row.expires, page_ids: row.pages }
    return
  }
  if (ctx.path === '/revoke') {
    await ask('revoke', ctx, [presented])
    ctx.body = {}
    return
  }
  const [access, refresh] = [newValue(), newValue()]
  const values = [presented, sha256(access), sha256(refresh)]
  if (form.has('code')) await ask('redeem', ctx, [...values, form.get('redirect_uri')])
  else await ask('rotate', ctx, values)
  ctx.body = { access_token: access, refresh_token: refresh, token_type: 'bearer' }
})

async function seed(count: Counts): Promise<Seeds> {
  const all = count.codes + count.chains + count.tokens + count.revocations
  const values = Array.from({ length: all }, newValue)
  await pool.query(`
    create schema limits;
    create table clients (id uuid primary key, secret_hash bytea not null, disabled boolean not null default false);
    create table members (id bigint primary key, active boolean not null default true);
    create table grants (id bigint primary key, client_id uuid not null, member bigint not null, pages uuid[] not null,
      ends timestamptz not null, code_hash bytea unique, redirect_uri text not null, redeemed_at timestamptz)
      with (fillfactor = 70);
    create table tokens (hash bytea primary key, grant_id bigint not null, refresh boolean not null,
      expires timestamptz not null, next bytea);
    create index on tokens (grant_id);
    insert into members select n from generate_series(1, ${all}) n;`)
  await pool.query('insert into clients values ($1, $2)', [client.id, sha256(client.secret)])
  await pool.query(
    `insert into grants select nr, $1, nr, array[gen_random_uuid()], now() + interval '10 days',
       case when nr <= $4 then hash end, $2 from unnest($3::bytea[]) with ordinality t (hash, nr)`,
    [client.id, redirectUri, values.map(sha256), count.codes],
  )
  const [access, revocable] = [count.codes + count.chains, count.codes + count.chains + count.tokens]
  await pool.query(
    `insert into tokens select hash, nr, nr <= $2 or nr > $3, now() + interval '10 days'
     from unnest($1::bytea[]) with ordinality t (hash, nr) where nr > $4`,
    [values.map(sha256), access, revocable, count.codes],
  )
  await pool.query('vacuum analyze')
  return {
    codes: values.slice(0, count.codes),
    refreshTokens: values.slice(count.codes, access),
    accessTokens: values.slice(access, revocable),
    revocable: values.slice(revocable),
  }
}

const seeds = await seed(JSON.parse(process.argv[2]!))
const server = app.listen(0, '127.0.0.1')
await once(server, 'listening')
process.send!({ port: (server.address() as AddressInfo).port, client, redirectUri, seeds })
