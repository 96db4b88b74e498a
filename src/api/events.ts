/** What happened, for those who missed a webhook: the same messages, in their order. */
import { z } from 'zod'
import { webhookTypes } from '../installs/webhook.ts'
import { always, component, id, time } from './answers/schema.ts'
import { endpoint } from './endpoint.ts'
import { uuid } from './fields.ts'
import type { EventFeed } from './ports.ts'
import { invalid } from './refusals.ts'

const most = 100

const EventMessage = component(
  'EventMessage',
  z.object({
    id: id.describe('The webhook-id of its message.'),
    type: z.enum(webhookTypes).describe('What happened.'),
    timestamp: time.describe('When it happened.'),
    data: z.record(z.string(), z.string()).describe('The ids of what is concerned.'),
  }),
)

const listEvents = endpoint({
  method: 'GET',
  path: '/v1/events',
  id: 'listEvents',
  summary: 'Read what happened',
  description:
    'The messages of webhooks, also where none is set up, in the order in which they are delivered, for 30 days. The host product asks with an admin credential of the scope events, and sees all; a connection with its id and secret sees what concerns its installations. Go on with the last id as after.',
  by: 'either',
  scope: 'events',
  query: z.object({
    after: uuid.optional().describe('The id of the last message that you have; left out: the oldest ones.'),
  }),
  answer: component(
    'EventList',
    z.object({
      object: always('list'),
      results: z.array(EventMessage).describe(`At most ${most} messages.`),
      has_more: z.boolean().describe('Whether more follow already.'),
    }),
  ),
  async handle({ events }: { events: EventFeed }, { connectionId, now }, { query }) {
    const found = await events.after(connectionId, query.after ?? null, most, now)
    if (!found) throw invalid('after should be the id of a message of the last 30 days.')
    return {
      object: 'list' as const,
      results: found.events.map(({ id: messageId, type, at, data }) => ({
        ...{ id: messageId, type, timestamp: at.toISOString(), data },
      })),
      has_more: found.more,
    }
  },
})

export const events = [listEvents]
