import { z } from 'zod'
import { always, component, integer, requestId } from './schema.ts'

/** The body of every refusal of the partner API. */
export const ApiError = component(
  'Error',
  z.object({
    object: always('error'),
    status: integer.describe('The HTTP status.'),
    code: z.string().describe('The reason, for programs.'),
    message: z.string().describe('The reason, for people.'),
    request_id: requestId,
    additional_data: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('More about the reason, where there is more.'),
  }),
)

/** The body of every refusal of the OAuth endpoints. */
export const OAuthError = component(
  'OAuthError',
  z.object({
    error: z.string().describe('The reason as OAuth names it.'),
    error_description: z.string().describe('The reason, for people.'),
    object: always('error'),
    status: integer.describe('The HTTP status.'),
    code: z.string().describe('The same as error.'),
    message: z.string().describe('The same as error_description.'),
    request_id: requestId,
  }),
)
