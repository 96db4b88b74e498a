import { bodyParser } from '@koa/bodyparser'
import type { Context } from 'koa'
import { ApiRefusal, invalid } from './refusals.ts'

/** A body is read as JSON under any content type: the API takes no other format. */
const parse = bodyParser({ enableTypes: ['json'], detectJSON: () => true, jsonLimit: '500kb' })

/**
 * @returns the parsed body; an empty object for an empty body.
 * @throws ApiRefusal `invalid_json`, `validation_error`.
 */
export async function readJsonBody(ctx: Context): Promise<unknown> {
  try {
    await parse(ctx, async () => {})
  } catch (error) {
    const { status, code } = error as { status?: number; code?: string }
    if (status === 413) throw invalid('body should be at most 500 KB.')
    if (status === 415) throw invalid('body should be UTF-8, plain or compressed with gzip or deflate.')
    if (status === 400 || code?.startsWith('Z_'))
      throw new ApiRefusal('invalid_json', 'Error parsing JSON body.')
    throw error
  }
  return ctx.request.body ?? {}
}
