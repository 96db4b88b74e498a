/** The members that several endpoints read: each is one schema, which checks the input and describes it. */
import { z } from 'zod'
import { readUuid } from '../installs/ids.ts'
import { butWas } from './input.ts'

/** With or without dashes, in any case; read in its canonical form. */
export const uuid = z
  .string({ error: issue => butWas('should be a valid uuid', issue.input) })
  .check(payload => {
    const id = readUuid(payload.value)
    if (id !== null) payload.value = id
    else
      payload.issues.push({
        code: 'custom',
        input: payload.value,
        message: butWas('should be a valid uuid', payload.value),
      })
  })
  .meta({ format: 'uuid' })

/**
 * Text without NUL, which PostgreSQL cannot store, and without lone surrogates.
 * @param max in code points, as JSON Schema and the database count.
 */
export function text(max: number) {
  return z
    .string()
    .refine(value => !value.includes('\0') && value.isWellFormed(), {
      error: 'should be valid Unicode without NUL',
      abort: true,
    })
    .refine(value => value.length <= max || [...value].length <= max, {
      error: `should be at most ${max} characters`,
    })
    .meta({ maxLength: max })
}

/** More than the longest cursor has, which is of a page a hundred levels deep. */
const maxCursorLength = 8_192
const maxPageSize = 100

const pageSize = z
  .int({ error: notAPageSize })
  .min(1, { error: notAPageSize })
  .max(maxPageSize, { error: notAPageSize })
  .default(maxPageSize)

function notAPageSize(issue: { input?: unknown }): string {
  return butWas(`should be a whole number from 1 to ${maxPageSize}`, issue.input)
}

/** The members of a paginated request, in a query string or in a body: a query string has digits for numbers. */
export const pagination = {
  start_cursor: text(maxCursorLength).nullish().describe('The next_cursor of the previous answer.'),
  page_size: z
    .preprocess(
      value => (typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : (value ?? undefined)),
      pageSize,
    )
    .describe('The number of results in one answer.'),
}
