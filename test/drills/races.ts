import { randomFrom } from '../long/_random.ts'
import { restrict } from '../support/ruled.ts'
import { races as kinds } from './_races.ts'
import type { Drill } from './run.ts'

/** Pairs of actions at the same moment, at two hosts, many rounds of each kind. */
export const races: Drill = async (stage, report, { seed, rounds }) => {
  const random = randomFrom(seed)
  stage.balancer.inTurn = true
  for (const [name, race] of Object.entries(kinds)) {
    await restrict(stage, stage.world.workspaces.acme.id, 'none')
    const faults: string[] = []
    for (let round = 0; round < rounds; round++)
      await race(stage, random).catch((error: Error) => faults.push(error.message.slice(0, 300)))
    report(`${name}, rounds`, rounds)
    report(
      `${name}, with an untrue outcome`,
      [faults.length, ...new Set(faults)].slice(0, 4),
      faults.length === 0,
    )
  }
}
