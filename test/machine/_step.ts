import type { Model, Who } from './_model.ts'
import type { Product } from './_product.ts'

/** Numbers that a step is given; it takes what it needs of them. */
export type Given = {
  who: Who
  connection: number
  family: number
  page: number
  other: number
  pages: number[]
}

export type Step = {
  /** Left out: always. */
  can?(model: Model, given: Given): boolean
  /** It is not tried beside another one. */
  alone?(model: Model, given: Given): boolean
  /** The outcome says whether it took effect. Others that come too late change nothing, and are answered all the same. */
  answers?: true
  /** @returns what the model has to agree with. @throws where the product refuses. */
  act(product: Product, given: Given, model: Model): Promise<unknown>
  /** @throws where the outcome is not the model's. */
  note(model: Model, given: Given, outcome: unknown): void
}

export const keyOf = ({ connection, who }: Given) => `${connection} ${who}`
export const familyOf = (model: Model, { family }: Given) => family % model.families.length
export const pageOf = (model: Model, { page }: Given) => page % model.pages.length
export const otherOf = (model: Model, { other }: Given) => other % model.pages.length
