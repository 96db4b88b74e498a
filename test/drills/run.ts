/**
 * Kills, outages and races against two processes on real servers: npm run test:drills [-- kills calls races rotation outages].
 * POSTGRES says of which major versions (15,18), SEED and KILLS (200) which and how many random kills, ROUNDS (100) how many races
 * of a kind. It needs Debian's postgresql and redis-server, sends traffic to this machine alone, prints a line a figure and ends
 * by itself.
 */
import { openStage, type Stage } from './_stage.ts'
import { calls, kills } from './kills.ts'
import { storeOutages as outages } from './outages.ts'
import { races } from './races.ts'
import { rotation } from './rotation.ts'

const drills = { kills, calls, races, rotation, outages }
export type Sizes = { seed: number; kills: number; rounds: number }
export type Drill = (
  stage: Stage,
  report: (figure: string, value: unknown, holds?: boolean) => void,
  sizes: Sizes,
) => Promise<void>

const { SEED, KILLS = 200, ROUNDS = 100, POSTGRES = '15,18' } = process.env
const sizes = {
  seed: Number(SEED ?? Math.floor(Math.random() * 2 ** 32)),
  kills: Number(KILLS),
  rounds: Number(ROUNDS),
}
const asked = process.argv.slice(2)
const unknown = asked.filter(name => !(name in drills))
if (unknown.length > 0)
  throw new Error(`There is no drill ${unknown.join(', ')}; there are ${Object.keys(drills).join(', ')}.`)

console.log(`POSTGRES=${POSTGRES} SEED=${sizes.seed} KILLS=${sizes.kills} ROUNDS=${sizes.rounds}`)
let held = true
for (const version of POSTGRES.split(','))
  for (const [name, drill] of Object.entries(drills)) {
    if (asked.length > 0 && !asked.includes(name)) continue
    const begun = performance.now()
    const stage = await openStage(version)
    await drill(
      stage,
      (figure, value, holds = true) => {
        held &&= holds
        console.log(`${holds ? 'ok  ' : 'FAIL'} ${version} ${name}: ${figure}: ${JSON.stringify(value)}`)
      },
      sizes,
    )
    await stage.close()
    console.log(`     ${version} ${name}: ${Math.round((performance.now() - begun) / 1000)} s`)
  }
console.log(held ? 'All held.' : 'Something did not hold.')
process.exit(held ? 0 : 1)
