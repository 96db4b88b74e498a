/** The vocabulary of the answers' schemas. Answers are checked against them by the compiler, not at run time. */
import { z } from 'zod'

/** The schemas that have a name of their own in the OpenAPI document. */
export const components = z.registry<{ id: string }>()

export function component<T extends z.ZodType>(name: string, schema: T): T {
  components.add(schema, { id: name })
  return schema
}

export const id = z.string().meta({ format: 'uuid' })
export const time = z.string().meta({ format: 'date-time' })
export const url = z.string().meta({ format: 'uri' })
export const integer = z.number().meta({ type: 'integer' })

export const always = <const Word extends string>(word: Word) => z.literal(word).describe(`Always “${word}”.`)

export const requestId = id.describe('The id to search the log for.')

/** `type` is also the name of a member that is always empty, as clients of the dialect expect it. */
export function listOf<const Type extends string, Item extends z.ZodType>(type: Type, item: Item) {
  return z.object({
    object: always('list'),
    type: z.literal(type).describe('The kind of the results.'),
    ...({ [type]: z.object({}).describe('Always empty.') } as Record<
      Type,
      z.ZodObject<Record<string, never>>
    >),
    results: z.array(item).describe('At most page_size results.'),
    next_cursor: z.string().nullable().describe('The start_cursor of the next request; null at the end.'),
    has_more: z.boolean().describe('Whether more results follow.'),
  })
}

export function presentList<const Type extends string, Item>(
  type: Type,
  results: Item[],
  nextCursor: string | null,
) {
  return {
    object: 'list' as const,
    type,
    ...({ [type]: {} } as Record<Type, Record<string, never>>),
    results,
    next_cursor: nextCursor,
    has_more: nextCursor !== null,
  }
}
