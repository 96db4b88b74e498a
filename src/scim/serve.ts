/** SCIM 2.0 (RFC 7643, RFC 7644) below /scim/v2: a workspace's directory keeps its people here, by a bearer of the workspace. */
import { hash } from 'node:crypto'
import { bodyParser } from '@koa/bodyparser'
import Router from '@koa/router'
import type { Context, Middleware } from 'koa'
import SCIMMY from 'scimmy'
import { readUuid } from '../installs/ids.ts'
import { tokenPrefix } from '../installs/token-value.ts'
import { errorBody, noSuch, ScimError, taken } from './errors.ts'
import type { Filter, Listed, ScimStore, Window, Written } from './ports.ts'
import { type Kind, patched, presentGroup, presentUser, readGroup, readUser } from './resources.ts'

export type ScimNeeds = { issuer: string; store: ScimStore; isUnavailable(error: unknown): boolean }

type Call = { ctx: Context; workspaceId: string; id: string; body: unknown }

const prefix = '/scim/v2'
const maxCount = 200
const parse = bodyParser({ enableTypes: ['json'], detectJSON: () => true, jsonLimit: '500kb' })

export function serveScim(needs: ScimNeeds): Middleware {
  const base = `${needs.issuer}${prefix}`
  const router = new Router({ prefix, strict: false })
  const route = (
    method: 'get' | 'post' | 'put' | 'patch' | 'delete',
    path: string,
    handle: (call: Call) => Promise<object | null>,
  ) => router[method](path, ctx => answer(needs, ctx, handle))
  for (const [kind, of] of Object.entries(kinds(needs.store, base)) as [Kind, Of][]) {
    route('get', `/${kind}s`, ({ ctx, workspaceId }) => list(of, ctx, workspaceId))
    route('post', `/${kind}s`, async ({ ctx, workspaceId, body }) => {
      const made = written(await of.save(workspaceId, null, body), kind, '')
      ctx.status = 201
      ctx.set('location', `${base}/${kind}s/${made.id}`)
      return made
    })
    const one = async (workspaceId: string, id: string) => {
      const found = readUuid(id) && (await of.read(workspaceId, id))
      if (!found) throw noSuch(kind, id)
      return found
    }
    route('get', `/${kind}s/:id`, ({ workspaceId, id }) => one(workspaceId, id))
    route('put', `/${kind}s/:id`, async ({ workspaceId, id, body }) => {
      await one(workspaceId, id)
      return written(await of.save(workspaceId, id, body), kind, id)
    })
    route('patch', `/${kind}s/:id`, async ({ workspaceId, id, body }) => {
      const after = await patched(kind, await one(workspaceId, id), body)
      return written(await of.save(workspaceId, id, after), kind, id)
    })
    route('delete', `/${kind}s/:id`, async ({ ctx, workspaceId, id }) => {
      if (!readUuid(id) || !(await of.remove(workspaceId, id))) throw noSuch(kind, id)
      ctx.status = 204
      return null
    })
  }
  for (const [name, document] of Object.entries(documents(base))) {
    route('get', `/${name}`, async () => document.all)
    route('get', `/${name}/:id`, async ({ id }) => {
      const found = document.one(id)
      if (!found) throw new ScimError(404, `There is no ${name} ${id}.`)
      return found
    })
  }
  const routes = router.routes()
  return async (ctx, next) => {
    if (ctx.path !== prefix && !ctx.path.startsWith(`${prefix}/`)) return next()
    await routes(ctx as never, async () => {
      if (ctx.status === 404) await answer(needs, ctx, () => unknownAddress(router, ctx))
    })
  }
}

async function unknownAddress(router: Router, ctx: Context): Promise<never> {
  const methods = new Set(router.match(ctx.path, ctx.method).path.flatMap(layer => layer.methods))
  if (methods.size === 0) throw new ScimError(404, 'There is no such endpoint.')
  ctx.set('allow', [...methods].join(', '))
  throw new ScimError(405, `${ctx.method} is not possible here.`)
}

async function answer(
  needs: ScimNeeds,
  ctx: Context,
  handle: (call: Call) => Promise<object | null>,
): Promise<void> {
  ctx.set({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
  try {
    const workspaceId = await authenticate(needs, ctx)
    const { id = '' } = (ctx as unknown as { params?: { id?: string } }).params ?? {}
    const body = ['POST', 'PUT', 'PATCH'].includes(ctx.method) ? await readBody(ctx) : null
    const answered = await handle({ ctx, workspaceId, id, body })
    if (answered === null) return
    const { status } = ctx
    ctx.body = answered
    if (status === 201) ctx.status = 201
  } catch (error) {
    const refusal =
      error instanceof ScimError
        ? error
        : needs.isUnavailable(error)
          ? new ScimError(503, 'The server cannot answer just now. Please try again.')
          : null
    if (!refusal) throw error
    ctx.status = refusal.status
    if (refusal.status === 503) ctx.set('retry-after', '1')
    if (refusal.status === 401) ctx.set('www-authenticate', 'Bearer realm="scim"')
    ctx.body = errorBody(refusal)
  }
  ctx.type = 'application/scim+json; charset=utf-8'
}

async function authenticate({ store }: ScimNeeds, ctx: Context): Promise<string> {
  const value = /^Bearer +(\S+)$/i.exec(ctx.get('authorization'))?.[1] ?? ''
  const workspaceId =
    tokenPrefix(value) === 'lkd_' ? await store.workspaceOf(hash('sha256', value, 'buffer')) : null
  if (workspaceId === null)
    throw new ScimError(401, 'A live SCIM bearer of the workspace is required in the Authorization header.')
  return workspaceId
}

async function readBody(ctx: Context): Promise<unknown> {
  try {
    await parse(ctx, async () => {})
  } catch (error) {
    if ((error as { status?: number }).status === 413)
      throw new ScimError(413, 'The body should be at most 500 KB.')
    throw new ScimError(400, 'The body is no JSON.', 'invalidSyntax')
  }
  return ctx.request.body ?? {}
}

type Resource = Record<string, unknown>
type Of = {
  list(workspaceId: string, filter: Filter, window: Window): Promise<Listed<Resource>>
  read(workspaceId: string, id: string): Promise<Resource | null>
  save(workspaceId: string, id: string | null, body: unknown): Promise<Written<Resource>>
  remove(workspaceId: string, id: string): Promise<boolean>
}

function kinds(store: ScimStore, base: string): Record<Kind, Of> {
  const of = <Item>(
    present: (item: Item) => Resource,
    parts: {
      list(...asked: Parameters<Of['list']>): Promise<Listed<Item>>
      read(...asked: Parameters<Of['read']>): Promise<Item | null>
      save(...asked: Parameters<Of['save']>): Promise<Written<Item>>
      remove: Of['remove']
    },
  ): Of => ({
    async list(...asked) {
      const { items, total } = await parts.list(...asked)
      return { items: items.map(present), total }
    },
    async read(...asked) {
      const item = await parts.read(...asked)
      return item && present(item)
    },
    async save(...asked) {
      const outcome = await parts.save(...asked)
      return outcome.kind === 'written' ? { kind: 'written', item: present(outcome.item) } : outcome
    },
    remove: parts.remove,
  })
  return {
    User: of(one => presentUser(one, base), {
      list: store.users,
      read: store.user,
      save: async (workspaceId, id, body) => store.saveUser(workspaceId, id, readUser(body)),
      remove: store.removeUser,
    }),
    Group: of(one => presentGroup(one, base), {
      list: store.groups,
      read: store.group,
      save: async (workspaceId, id, body) => store.saveGroup(workspaceId, id, readGroup(body)),
      remove: store.removeGroup,
    }),
  }
}

function written(outcome: Written<Resource>, kind: Kind, id: string): Resource {
  if (outcome.kind === 'written') return outcome.item
  if (outcome.kind === 'uniqueness') throw taken()
  if (outcome.kind === 'unknown') throw noSuch(kind, id)
  throw new ScimError(400, outcome.reason, 'invalidValue')
}

async function list(of: Of, ctx: Context, workspaceId: string): Promise<object> {
  const window = {
    startIndex: Math.max(1, wholeNumber(ctx.query.startIndex) ?? 1),
    count: Math.min(maxCount, Math.max(0, wholeNumber(ctx.query.count) ?? 100)),
  }
  const { items, total } = await of.list(workspaceId, readFilter(ctx.query.filter), window)
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults: total,
    startIndex: window.startIndex,
    itemsPerPage: items.length,
    Resources: items,
  }
}

const wholeNumber = (text: unknown) =>
  typeof text === 'string' && /^-?\d{1,9}$/.test(text) ? Number(text) : null

/** `eq` on one attribute, whose name may be in any case. @throws ScimError */
function readFilter(text: unknown): Filter {
  if (text === undefined) return null
  const [, name = '', value] = /^\s*(\w+)\s+eq\s+("(?:[^"\\]|\\.)*")\s*$/i.exec(`${text}`) ?? []
  const attribute = (['userName', 'externalId', 'displayName', 'id'] as const).find(
    one => one.toLowerCase() === name.toLowerCase(),
  )
  if (!attribute || value === undefined)
    throw new ScimError(
      400,
      'A filter is one eq on userName, externalId, displayName or id, such as userName eq "ada@acme.example".',
      'invalidFilter',
    )
  return { attribute, value: JSON.parse(value) as string }
}

/** By the library: its schemas, and what of the protocol is served. */
function documents(base: string): Record<string, { all: object; one(id: string): object | undefined }> {
  const schemas = [SCIMMY.Schemas.User, SCIMMY.Schemas.Group].map(
    ({ definition }) => definition.describe(`${base}/Schemas`) as { id: string },
  )
  const types = (['User', 'Group'] as const).map(id => ({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
    ...{ id, name: id, endpoint: `/${id}s`, schema: `urn:ietf:params:scim:schemas:core:2.0:${id}` },
    meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/${id}` },
  }))
  const listed = (items: object[]) => ({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    ...{ totalResults: items.length, startIndex: 1, itemsPerPage: items.length, Resources: items },
  })
  return {
    ServiceProviderConfig: { all: config(base), one: () => undefined },
    ResourceTypes: { all: listed(types), one: id => types.find(type => type.id === id) },
    Schemas: { all: listed(schemas), one: id => schemas.find(schema => schema.id === id) },
  }
}

const config = (base: string) => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
  patch: { supported: true },
  bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
  filter: { supported: true, maxResults: maxCount },
  changePassword: { supported: false },
  sort: { supported: false },
  etag: { supported: false },
  authenticationSchemes: [
    {
      type: 'oauthbearertoken',
      name: 'Bearer',
      description: 'A bearer of the workspace, made by the operator.',
      primary: true,
    },
  ],
  meta: { resourceType: 'ServiceProviderConfig', location: `${base}/ServiceProviderConfig` },
})
