/** Partners that refresh their tokens again and again, and the outcome of each request. */
import { setTimeout as pause } from 'node:timers/promises'
import { allowed } from '../support/allowed.ts'
import { type SeededConnection, seedConnection, seedWorld, type World } from '../support/seed.ts'
import type { TestServer } from '../support/server.ts'

type Sql = TestServer['sql']
export type Families = { connection: SeededConnection; tokens: string[] }

/** So many authorizations, each with its own family of refresh tokens. */
export async function openFamilies(
  base: string,
  sql: Sql,
  count: number,
  known?: World,
): Promise<Families[]> {
  const world = known ?? (await seedWorld(sql))
  const families: Families[] = []
  for (let number = 0; number < count; number++) {
    const connection = await seedConnection(sql)
    const { tokens } = await allowed({ base } as TestServer, connection, world.users.ben, [
      world.pages.roadmap,
    ])
    families.push({ connection, tokens: [tokens.refresh_token] })
  }
  return families
}

export type Load = {
  /** How often each status was answered; 0: no answer. */
  counts: Map<number, number>
  longestMs: number
  /** When the last answer that was no 200 came, as performance.now() tells. */
  lastFailure: number
  stop(): Promise<void>
}

/** Each family refreshes with the newest token that was acknowledged, and repeats every request not answered with 200. */
export function refreshAll(bases: string[], families: Families[]): Load {
  const load: Load = { counts: new Map(), longestMs: 0, lastFailure: 0, stop }
  let going = true
  const working = families.map(async (family, number) => {
    for (let round = 0; going; round++) {
      const begun = performance.now()
      const status = await refresh(bases[(number + round) % bases.length]!, family)
      load.counts.set(status, (load.counts.get(status) ?? 0) + 1)
      load.longestMs = Math.max(load.longestMs, performance.now() - begun)
      if (status !== 200) load.lastFailure = performance.now()
      await pause(status === 200 ? 5 : 50)
    }
  })
  async function stop() {
    going = false
    await Promise.all(working)
  }
  return load
}

/** @returns the status; 0 where the connection was cut. */
export async function refresh(base: string, family: Families): Promise<number> {
  const { connection, tokens } = family
  const body = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: tokens.at(-1)!,
    client_id: connection.id,
    client_secret: connection.secret,
  })
  try {
    const answer = await fetch(`${base}/v1/oauth/token`, { method: 'POST', body })
    const json = (await answer.json()) as { refresh_token?: string }
    if (answer.status === 200) tokens.push(json.refresh_token!)
    return answer.status
  } catch {
    return 0
  }
}

/** Families whose newest acknowledged token is not taken any more. */
export async function lostFamilies(base: string, families: Families[]): Promise<number> {
  const answers = await Promise.all(families.map(family => refreshInTime(base, family)))
  return answers.filter(status => status !== 200).length
}

/** Waits where the rate limit asks for it, two minutes at most. */
async function refreshInTime(base: string, family: Families): Promise<number> {
  for (let tries = 0; tries < 120; tries++) {
    const status = await refresh(base, family)
    if (status !== 429) return status
    await pause(1_000)
  }
  return 429
}
