/** Pages as partners write them. A member that equals how every page is anyway is accepted; one that would be lost is refused. */
import { z } from 'zod'
import { text, uuid } from './fields.ts'

const maxTitleLength = 2_000

const part = z
  .looseObject({
    text: z.looseObject({ content: text(maxTitleLength) }).optional(),
    equation: z.looseObject({ expression: text(maxTitleLength) }).optional(),
  })
  .transform((value, ctx) => {
    const plain = value.equation?.expression ?? value.text?.content
    if (plain !== undefined) return plain
    ctx.addIssue({ code: 'custom', path: ['text'], message: 'should be defined' })
    return z.NEVER
  })

const richText = z
  .array(part, { error: 'should be an array of rich text: pages have no property but the title here' })
  .max(100, { error: 'should have at most 100 parts' })
  .transform(parts => parts.join(''))
  .pipe(text(maxTitleLength))

/** Pages have one property, the title, by any name: `{title: {title: […]}}`, `{Name: {title: […]}}`, `{title: […]}`. */
const properties = z
  .record(
    z.string(),
    z.preprocess(
      value => (Array.isArray(value) ? { title: value } : value),
      z.looseObject({ title: richText }),
    ),
  )
  .refine(members => Object.keys(members).length <= 1, {
    error: 'should hold the title alone: pages have no other property here',
  })
  .transform(members => Object.values(members)[0]?.title)
  .describe('The title, as an array of rich text.')

/** One emoji, also without its variation selector. */
const isEmoji = (value: string) => /^\p{RGI_Emoji}$/v.test(value) || /^\p{RGI_Emoji}$/v.test(`${value}\ufe0f`)

const notAnIcon = { error: 'should be null or {"type": "emoji", "emoji": "…"} with one emoji' }

const icon = z
  .looseObject({ emoji: z.string({ error: 'should be one emoji: no other icon is kept here' }) }, notAnIcon)
  .refine(({ emoji }) => isEmoji(emoji), notAnIcon)
  .nullable()
  .transform(value => value?.emoji ?? null)

const titleAndIcon = { properties: properties.optional(), icon: icon.optional() }

const cover = z.null({ error: 'should be null: it is not kept here' }).optional()

/** The members of `PATCH /v1/pages/{page_id}`. */
export const PageEdit = z
  .strictObject({
    ...titleAndIcon,
    cover,
    is_locked: z
      .literal(false, { error: 'should be false: pages are not locked through this API' })
      .optional(),
    in_trash: z.boolean().optional(),
    archived: z.boolean().optional(),
    is_archived: z.boolean().optional(),
  })
  .transform(({ properties: title, icon, in_trash, archived, is_archived }, ctx) => {
    const wanted = new Set([in_trash, archived, is_archived].filter(one => one !== undefined))
    if (wanted.size > 1)
      ctx.addIssue({ code: 'custom', path: ['in_trash'], message: 'and body.archived should say the same' })
    return {
      change: { ...(title !== undefined && { title }), ...(icon !== undefined && { icon }) },
      inTrash: wanted.has(true),
    }
  })

/** Any one of the three names: a page here is made below a page or a database, which are one kind. */
const parent = z
  .looseObject({
    page_id: uuid.nullish(),
    database_id: uuid.nullish(),
    data_source_id: uuid.nullish(),
  })
  .transform((value, ctx) => {
    const id = value.page_id ?? value.database_id ?? value.data_source_id
    if (id != null) return id
    ctx.addIssue({
      code: 'custom',
      path: ['page_id'],
      message: 'should be defined: a page is made below another',
    })
    return z.NEVER
  })

/** The members of `POST /v1/pages`. */
export const PageDraft = z
  .strictObject({
    parent,
    ...titleAndIcon,
    cover,
    children: z
      .array(z.unknown(), { error: 'should be an array' })
      .max(0, { error: 'should be empty: the content of pages is not kept here' })
      .optional(),
  })
  .transform(({ parent: parentId, properties: title = '', icon = null }) => ({ parentId, title, icon }))
