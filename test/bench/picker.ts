/**
 * The page picker of the flow in a workspace of 100,000 pages, over HTTP against the whole product in a process of its own:
 * the first screen, opening a node with 5,000 children, searching, ticking. One request after the other, then four at a time.
 */
import { createHash, randomBytes } from 'node:crypto'
import pg from 'pg'
import { Person } from '../support/person.ts'
import { type BigWorkspace, growWorkspace } from './_picker-data.ts'
import { startProduct } from './_product.ts'
import type { Bench } from './run.ts'

const rounds = Number(process.env.BENCH_ROUNDS ?? 100)
const limitMs = 100

type Visitor = { person: Person; uid: string; fields: URLSearchParams }
type Ask = (
  visitor: Visitor,
  round: number,
) => { address: string; fields?: Record<string, string>; part?: string }

export async function run(bench: Bench): Promise<void> {
  const databaseUrl = await bench.databaseUrl()
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 })
  const server = await startProduct(databaseUrl, bench.redisUrl)
  try {
    const big = await growWorkspace(pool)
    const visitors = await Promise.all(Array.from({ length: 4 }, () => arrive(server.base, big)))
    for (const [name, ask] of Object.entries(asks(big))) {
      await measure(visitors.slice(0, 1), ask, 10)
      const alone = await measure(visitors.slice(0, 1), ask, rounds)
      const together = await measure(visitors, ask, rounds)
      const verdict = alone.p95 <= limitMs ? 'kept' : 'EXCEEDED'
      bench.figure(
        name,
        `p50 ${ms(alone.p50)}, p95 ${ms(alone.p95)} (limit ${limitMs} ms: ${verdict}); four at a time p95 ${ms(together.p95)}`,
      )
    }
  } finally {
    await pool.end()
    await server.stop()
  }
}

function asks({ wide, giant }: BigWorkspace): Record<string, Ask> {
  const search =
    (...words: string[]): Ask =>
    (_visitor, round) => ({
      address: '/pages/search',
      fields: { q: words[round % words.length]! },
      part: 'lists',
    })
  return {
    'first step': () => ({ address: '' }),
    'second step, first screen': () => ({ address: '/pages' }),
    'open a node with 5,000 children': () => ({ address: `/pages/show?page=${wide}`, part: `page-${wide}` }),
    'go on in its list': visitor => ({
      address: `/pages/show?page=${wide}&after=${visitor.fields.get('after') ?? wide}`,
      part: 'more',
    }),
    'open a node with 45,000 pages below': () => ({
      address: `/pages/show?page=${giant}`,
      part: `page-${giant}`,
    }),
    'search a word of many titles': search('report', 'weekly', 'budget', 'legal'),
    'search a number of few titles': search('99999', '31415', '27182'),
    'search part of a number': search('999', '123', '777'),
    'search one letter': search('r', 'b', 'w', 'p'),
    'search two letters': search('re', 'bu', 'xq', 'we'),
    'search two signs without spaces between words': search('会議', '営業', '計画'),
    'search what is nowhere': search('nothing like it', 'zzz'),
    'tick the page above 45,000 and have the sum': () => ({
      address: '/pages/ticks',
      fields: { pages: giant },
      part: 'sum',
    }),
  }
}

async function measure(visitors: Visitor[], ask: Ask, count: number): Promise<{ p50: number; p95: number }> {
  const times: number[] = []
  await Promise.all(
    visitors.map(async visitor => {
      for (let round = 0; round < count; round++) {
        const { address, fields, part } = ask(visitor, round)
        const begun = performance.now()
        const answer = await visitor.person.send(`/install/${visitor.uid}${address}`, {
          ...(part && {
            method: 'POST',
            body: new URLSearchParams({ ...Object.fromEntries(visitor.fields), ...fields }),
            headers: { 'HX-Request': 'true', 'HX-Target': part },
          }),
        })
        const html = await answer.text()
        times.push(performance.now() - begun)
        if (answer.status !== 200) throw new Error(`${address} answered ${answer.status}`)
        // Where the list goes on from: the cursor of its last step.
        const next = /show\?page=[\w-]+&amp;after=([\w-]+)/.exec(html)?.[1]
        if (next) visitor.fields.set('after', next)
      }
    }),
  )
  times.sort((one, other) => one - other)
  return { p50: times[Math.floor(times.length * 0.5)]!, p95: times[Math.floor(times.length * 0.95)]! }
}

/** A member before step two, through the partner's redirect and the sign-in. */
async function arrive(base: string, big: BigWorkspace): Promise<Visitor> {
  const person = new Person(base)
  const challenge = createHash('sha256').update(randomBytes(32).toString('base64url')).digest('base64url')
  const query = new URLSearchParams({
    client_id: big.connection.id,
    response_type: 'code',
    redirect_uri: big.connection.redirectUri,
    code_challenge: challenge,
    code_challenge_method: 'S256',
  })
  await person.open(`/v1/oauth/authorize?${query}`)
  await person.signIn(big.email)
  const uid = new URL(person.visit.url).pathname.split('/')[2]!
  await person.press('Select pages')
  const fields = new URLSearchParams()
  for (const name of ['csrf', 'workspace_id'])
    fields.set(name, String(person.visit.$(`[name=${name}]`).first().val()))
  return { person, uid, fields }
}

const ms = (value: number) => `${value.toFixed(1)} ms`
