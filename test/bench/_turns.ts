/** Several servers that do the same work in turns, and their figures. */
import { converse, type Lane, type Measured } from './_load.ts'
import { databaseSeconds, secondsOf } from './_processor.ts'
import type { Bench } from './run.ts'

type Server = { name: string; port: number; pid: number }
/** `wanted`: the share of the second server that the first, ours, should reach. */
export type Work<One extends Server> = { name: string; wanted: number; lanes(server: One): Lane[] }

/** Processor seconds of the server and of PostgreSQL. */
type Turn = Measured & { server: number; database: number }

/** The first turn of each warms it up and does not count. @throws when a figure was not measured in this run. */
export async function compare<One extends Server>(
  bench: Bench,
  work: Work<One>,
  servers: readonly One[],
  { rounds, seconds }: { rounds: number; seconds: number },
): Promise<void> {
  const lanes = new Map(servers.map(server => [server, work.lanes(server)]))
  const turns = new Map<One, Turn[]>(servers.map(server => [server, []]))
  for (let round = 0; round <= rounds; round++)
    for (const server of servers) {
      const turn = await takeTurn(bench, server, lanes.get(server)!, round === 0 ? 2 : seconds)
      if (round > 0) turns.get(server)!.push(turn)
    }
  const middles = servers.map(server => ({
    name: server.name,
    ...middle(`${work.name}, ${server.name}`, turns.get(server)!, rounds),
  }))
  const [ours] = middles as [(typeof middles)[0], ...typeof middles]
  for (const [at, one] of middles.entries()) {
    const share = ours.perSecond / one.perSecond
    const wanted = at === 1 ? ` (wanted: ${work.wanted})` : ''
    bench.figure(
      `${work.name}, ${one.name}`,
      shown(one) + (at > 0 ? `; ours ${share.toFixed(2)}${wanted}` : ''),
    )
  }
}

async function takeTurn(bench: Bench, server: Server, lanes: Lane[], seconds: number): Promise<Turn> {
  const used = async () => [await secondsOf(server.pid), await databaseSeconds(bench.databasePid)] as const
  const before = await used()
  const measured = await converse({ port: server.port, lanes, seconds })
  const after = await used()
  return { ...measured, server: after[0] - before[0], database: after[1] - before[1] }
}

function middle(what: string, turns: readonly Turn[], rounds: number): Turn {
  const measured = turns.filter(turn => turn.count > 0 && turn.server > 0)
  if (rounds < 1 || measured.length !== rounds)
    throw new Error(`${what}: ${measured.length} of ${rounds} turns were measured, so there is no figure`)
  return measured.toSorted((a, b) => a.perSecond - b.perSecond)[measured.length >> 1]!
}

function shown(one: Turn): string {
  const rate = Math.round(one.perSecond).toLocaleString('en')
  const cost = (seconds: number) => ((seconds / one.count) * 1000).toFixed(2)
  return (
    `${rate}/s, p50 ${one.p50Ms.toFixed(1)} ms, p99 ${one.p99Ms.toFixed(1)} ms, ` +
    `processor s per 1,000: server ${cost(one.server)}, database ${cost(one.database)}`
  )
}
