/** A title as rich text: one part, without any style. */
import { z } from 'zod'
import { always, component } from './schema.ts'

const off = z.literal(false).describe('Always false.')
const noLink = z.null().describe('Always null: titles have no links.')

export const RichText = component(
  'RichText',
  z.array(
    z.object({
      type: always('text'),
      text: z
        .object({ content: z.string().describe('The text.'), link: noLink })
        .describe('The text as it was written.'),
      annotations: z
        .object({
          bold: off,
          italic: off,
          strikethrough: off,
          underline: off,
          code: off,
          color: always('default'),
        })
        .describe('The style: always plain.'),
      plain_text: z.string().describe('The text again, as plain text.'),
      href: noLink,
    }),
  ),
)

const plain = {
  bold: false,
  italic: false,
  strikethrough: false,
  underline: false,
  code: false,
  color: 'default',
} as const

export function presentRichText(text: string): z.input<typeof RichText> {
  if (text === '') return []
  return [
    { type: 'text', text: { content: text, link: null }, annotations: plain, plain_text: text, href: null },
  ]
}
