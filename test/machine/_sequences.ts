import { AssertionError } from 'node:assert'
import fc from 'fast-check'
import { directory } from './_directory-steps.ts'
import { agree } from './_doors.ts'
import { Model, type Who } from './_model.ts'
import { partners } from './_partner-steps.ts'
import { Product, type Server } from './_product.ts'
import { familyOf, type Given, otherOf, pageOf, type Step } from './_step.ts'
import { governing, installing } from './_steps.ts'

type Named = { name: string; given: Given }

export const steps: Record<string, Step> = { ...installing, ...governing, ...partners, ...directory }

/** After each command every token that lives, and one that may not, is asked about a page, everywhere. */
async function allAgree(model: Model, product: Product, given: Given): Promise<void> {
  const chosen = familyOf(model, given)
  const asked = model.families.flatMap(({ live }, number) => (live || number === chosen ? [number] : []))
  const pages = [pageOf(model, given), otherOf(model, given)]
  await Promise.all(asked.map(number => agree(model, product, number, pages[number % 2]!)))
}

const words = ({ name, given: { who, connection, family, page, other, pages } }: Named) =>
  `${name} (${who}, connection ${connection}, family ${family}, pages ${page} ${other} [${pages}])`
const can = (model: Model, { name, given }: Named) => steps[name]!.can?.(model, given) ?? true

/** The numbers of what they mean now: another step may add a page or a family. */
function bound({ name, given }: Named, model: Model): Named {
  const [family, page, other] = [familyOf(model, given), pageOf(model, given), otherOf(model, given)]
  return { name, given: { ...given, family, page, other } }
}

class One implements fc.AsyncCommand<Model, Product> {
  private readonly step: Named

  constructor(step: Named) {
    this.step = step
  }

  check(model: Readonly<Model>): boolean {
    return can(model as Model, this.step)
  }

  async run(model: Model, product: Product): Promise<void> {
    const { name, given } = bound(this.step, model)
    const outcome = await steps[name]!.act(product, given, model)
    steps[name]!.note(model, given, outcome)
    await allAgree(model, product, given)
  }

  toString = () => words(this.step)
}

type Done = { step: Named; outcome: unknown; refused: boolean }

/** Two at the same moment: afterwards it is as if one had come before the other; a refused one has changed nothing. */
class Two implements fc.AsyncCommand<Model, Product> {
  private readonly both: [Named, Named]

  constructor(both: [Named, Named]) {
    this.both = both
  }

  check(model: Readonly<Model>): boolean {
    const [one, other] = this.both.map(({ name }) => name)
    const isTwice = one === other && one === 'redeem the code again'
    const installs = this.both.filter(({ name }) => name === 'install' || name === 'add a page')
    const isAlone = this.both.some(({ name, given }) => steps[name]!.alone?.(model as Model, given))
    return !isTwice && installs.length < 2 && !isAlone && this.both.every(step => can(model as Model, step))
  }

  async run(model: Model, product: Product): Promise<void> {
    const both = this.both.map(step => bound(step, model))
    const done = await Promise.all(both.map(step => attempt(step, model, product)))
    const orders = [done, done.toReversed()]
    let fault: unknown
    for (const order of orders) {
      const after = model.clone()
      try {
        for (const { step, outcome, refused } of order)
          if (!refused && (steps[step.name]!.answers || can(after, step)))
            steps[step.name]!.note(after, step.given, outcome)
        for (const { given } of both) await allAgree(after, product, given)
        Object.assign(model, after)
        return
      } catch (error) {
        if (!(error instanceof AssertionError)) throw error
        fault = error
      }
    }
    throw fault
  }

  toString = () => `${this.both.map(words).join(' beside ')}`
}

async function attempt(step: Named, model: Model, product: Product): Promise<Done> {
  try {
    return { step, outcome: await steps[step.name]!.act(product, step.given, model), refused: false }
  } catch (error) {
    if (/\b5\d\d\b|fetch failed/.test((error as Error).message)) throw error
    return { step, outcome: null, refused: true }
  }
}

const number = fc.nat({ max: 11 })
const given = fc.record({
  who: fc.constantFrom<Who>('ada', 'ben', 'cleo'),
  connection: fc.nat({ max: 1 }),
  family: number,
  page: number,
  other: number,
  pages: fc.array(number, { minLength: 1, maxLength: 3 }),
})
/** Installing comes often: most other steps need an installation. */
const often: Record<string, number> = { install: 6, 'change pages': 2, refresh: 2, policy: 2 }
const named = fc.record({
  name: fc.constantFrom(...Object.keys(steps).flatMap(name => Array<string>(often[name] ?? 1).fill(name))),
  given,
})
const pair = fc.tuple(named, named)

/** A run begins with three installations, so that most steps have something to act upon. */
export async function begin(server: Server): Promise<{ model: Model; real: Product }> {
  const [model, real] = [new Model(), await Product.open(server)]
  const unused = { family: 0, page: 0, other: 1 }
  for (const given of [
    { ...unused, who: 'ben', connection: 0, pages: [0] },
    { ...unused, who: 'cleo', connection: 0, pages: [1, 4] },
    { ...unused, who: 'ada', connection: 1, pages: [4] },
  ] as const)
    await new One({ name: 'install', given: { ...given, pages: [...given.pages] } }).run(model, real)
  return { model, real }
}

/** Plays these steps, each of which must be possible at its turn. */
export async function play(server: Server, named: readonly Named[]): Promise<void> {
  const { model, real } = await begin(server)
  for (const step of named) {
    const one = new One(step)
    if (!one.check(model)) throw new Error(`${one} is not possible now`)
    await one.run(model, real)
  }
}

/** Sequences of steps, some of them two at the same moment. */
export const sequences = (maxCommands: number) =>
  fc.commands(
    [
      named.map(step => new One(step)),
      named.map(step => new One(step)),
      named.map(step => new One(step)),
      pair.map(both => new Two(both)),
    ],
    { maxCommands, size: 'max' },
  )
