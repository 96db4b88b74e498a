import { setTimeout as pause } from 'node:timers/promises'
import { type Families, lostFamilies, openFamilies, refreshAll } from '../failover/_load.ts'
import { randomFrom } from '../long/_random.ts'
import { type Attempt, operations } from './_operations.ts'
import type { Stage } from './_stage.ts'
import type { Drill } from './run.ts'

/** Kills of a host at random moments, while partners refresh at both hosts and somebody does one thing. */
export const kills: Drill = async (stage, report, { seed, kills }) => {
  const random = randomFrom(seed)
  const families = await openFamilies(stage.base, stage.sql, 10, stage.world)
  const load = refreshAll(
    stage.hosts.map(host => `http://127.0.0.1:${host.port}`),
    families,
  )
  const faults: string[] = []
  const unanswered = new Map<string, number>()
  /** How long each operation takes, in milliseconds: a kill is to come in the middle. */
  const typical = new Map<string, number>()
  for (let number = 0; number < kills; number++) {
    const operation = operations[number % operations.length]!
    const attempt = await operation.prepare(stage)
    const victim = await turn(stage, number)
    const begun = performance.now()
    const sending = sent(attempt)
    const ended = sending.then(() => performance.now() - begun)
    await pause(random.below(typical.get(operation.name) ?? 60))
    await victim.kill()
    const error = await sending
    if (error) unanswered.set(operation.name, (unanswered.get(operation.name) ?? 0) + 1)
    else typical.set(operation.name, await ended)
    victim.start()
    await proved(attempt, error, faults, `${operation.name}, kill ${number}`)
  }
  await Promise.all(stage.hosts.map(host => host.ready))
  await load.stop()
  await finish(stage, report, families, load.counts)
  report(
    `kills at random moments, of which in the middle of ${JSON.stringify(Object.fromEntries(unanswered))}`,
    kills,
  )
  report('operations that were lost, done in part or not to be repeated', faults, faults.length === 0)
}

async function finish(
  stage: Stage,
  report: Parameters<Drill>[1],
  families: Families[],
  counts: Map<number, number>,
): Promise<void> {
  const lost = await lostFamilies(stage.base, families)
  report('acknowledged refresh tokens lost', lost, lost === 0)
  const only = [...counts.keys()].every(status => [0, 200, 503].includes(status))
  report('answers to refreshes by status (0: cut)', Object.fromEntries(counts), only)
}

/** Kills of a host immediately before and after each single store call of each operation. */
export const calls: Drill = async (stage, report) => {
  let number = 0
  for (const operation of operations) {
    const faults: string[] = []
    let [killed, at] = [0, 1]
    for (let ended = true; ended; at++) {
      ended = false
      for (const when of ['before', 'after'] as const) {
        const attempt = await operation.prepare(stage)
        const victim = await turn(stage, number++)
        await victim.arm({ at, when })
        const error = await sent(attempt)
        // What is not waited for may end it a moment later.
        if (victim.alive && (await victim.calls()) >= at) await pause(50)
        if (victim.alive) await victim.arm({ at: 0, when })
        if (!victim.alive) {
          ended = true
          killed++
          victim.start()
        }
        await proved(attempt, error, faults, `${operation.name}, ${when} call ${at}`)
      }
    }
    report(`${operation.name}: store calls`, at - 2)
    report(
      `${operation.name}: kills before and after each of them, and faults`,
      [killed, faults],
      faults.length === 0,
    )
  }
}

/** The next host to be killed: requests go to it until it is dead, and the other one serves. */
async function turn(stage: Stage, number: number) {
  await Promise.all(stage.hosts.map(host => host.ready))
  const [victim, other] = number % 2 === 0 ? stage.hosts : stage.hosts.toReversed()
  stage.balancer.order = [victim!.port, other!.port]
  return victim!
}

const sent = (attempt: Attempt) =>
  attempt.send().then(
    () => null,
    (error: Error) => error,
  )

async function proved(attempt: Attempt, error: Error | null, faults: string[], about: string): Promise<void> {
  // A cut answer is what a kill causes; any other answer than success is a fault.
  if (error && !isCut(error)) faults.push(`${about}: ${error.message.slice(0, 300)}`)
  await attempt.prove(error === null).catch((wrong: Error) => {
    faults.push(`${about} (${error ? 'not acknowledged' : 'acknowledged'}): ${wrong.message.slice(0, 300)}`)
  })
}

const isCut = ({ message }: Error) => ['fetch failed', 'terminated'].includes(message)
