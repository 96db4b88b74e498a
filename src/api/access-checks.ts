/**
 * The question of the host product's own API: which of these pages may this token read or change? The answer is valid for
 * this moment only, and must not be cached.
 */
import { z } from 'zod'
import type { Bearer } from '../installs/bearer.ts'
import { capabilities } from '../installs/capability.ts'
import { always, component, id } from './answers/schema.ts'
import { mayAskAbout, tokenOf } from './bearer.ts'
import { endpoint } from './endpoint.ts'
import { text, uuid } from './fields.ts'
import type { AccessReadings } from './ports.ts'

const notAListOfPages = { error: 'should be a list of 1 to 100 ids' }

const accessCheck = endpoint({
  method: 'POST',
  path: '/v1/access-checks',
  id: 'accessCheck',
  summary: 'Ask which pages a token may use',
  description:
    'For the API of the host product: of up to a hundred pages, those that the token may do this to at the moment of asking. A connection may ask about its own tokens, a resource server about any that is meant for it: for one of its resources, or, where it has none, for this server.',
  by: 'client',
  body: z.strictObject({
    token: text(1_000).describe('The token that the API of the host product received.'),
    capability: z.enum(capabilities),
    page_ids: z.array(uuid, notAListOfPages).min(1, notAListOfPages).max(100, notAListOfPages),
  }),
  answer: component(
    'AccessCheck',
    z.object({
      object: always('access_check'),
      active: z.boolean().describe('Whether the token is in force.'),
      aud: z.string().optional().describe('The resource that the token is for; only of one in force.'),
      page_ids: z.array(id).describe('Those of the pages asked about that it may do this to.'),
    }),
  ),
  async handle(
    needs: {
      issuer: string
      access: AccessReadings
      /** Notes when the token was last used. Must not wait for a store. */
      noteUse(bearer: Bearer, now: Date): void
    },
    { client, now },
    { body },
  ) {
    const token = tokenOf(body.token)
    const seen = token && (await needs.access.pages(token, [...new Set(body.page_ids)], now))
    if (!seen || !mayAskAbout(seen.bearer, client, needs.issuer)) return presentCheck(null, [])
    needs.noteUse(seen.bearer, now)
    const audience = seen.bearer.audience ?? needs.issuer
    return presentCheck(audience, seen.bearer.capabilities.includes(body.capability) ? seen.reached : [])
  },
})

export const accessChecks = [accessCheck]

const presentCheck = (aud: string | null, pageIds: string[]) => ({
  object: 'access_check' as const,
  active: aud !== null,
  ...(aud !== null && { aud }),
  page_ids: pageIds,
})
