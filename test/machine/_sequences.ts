import { AssertionError } from 'node:assert'
import fc from 'fast-check'
import { agree } from './_doors.ts'
import { Model, type Who } from './_model.ts'
import { Product, type Server } from './_product.ts'
import { type Given, steps } from './_steps.ts'

type Named = { name: string; given: Given }

/** After each command some tokens are asked about some pages, everywhere. */
async function allAgree(model: Model, product: Product, { page, other }: Given): Promise<void> {
  for (let family = Math.max(0, model.families.length - 3); family < model.families.length; family++)
    for (const one of new Set([page, other])) await agree(model, product, family, one % model.pages.length)
}

const words = ({ name, given: { who, connection, family, page, other, pages } }: Named) =>
  `${name} (${who}, connection ${connection}, family ${family}, pages ${page} ${other} [${pages}])`
const can = (model: Model, { name, given }: Named) => steps[name]!.can?.(model, given) ?? true

class One implements fc.AsyncCommand<Model, Product> {
  private readonly step: Named

  constructor(step: Named) {
    this.step = step
  }

  check(model: Readonly<Model>): boolean {
    return can(model as Model, this.step)
  }

  async run(model: Model, product: Product): Promise<void> {
    const { name, given } = this.step
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
    const installs = this.both.filter(({ name }) => name === 'install' || name === 'add a page')
    return installs.length < 2 && this.both.every(step => can(model as Model, step))
  }

  async run(model: Model, product: Product): Promise<void> {
    const done = await Promise.all(this.both.map(step => attempt(step, model, product)))
    const orders = [done, done.toReversed()]
    let fault: unknown
    for (const order of orders) {
      const after = model.clone()
      try {
        for (const { step, outcome, refused } of order)
          if (!refused) steps[step.name]!.note(after, step.given, outcome)
        for (const { given } of this.both) await allAgree(after, product, given)
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
