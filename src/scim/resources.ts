/** Users and groups as SCIM has them (RFC 7643 §4), and changes of them by PATCH, which the library applies. */
import SCIMMY from 'scimmy'
import { ScimError } from './errors.ts'
import type { NewGroup, NewUser, ScimGroup, ScimUser } from './ports.ts'

const { PatchOp } = SCIMMY.Messages
const schemaClasses = { User: SCIMMY.Schemas.User, Group: SCIMMY.Schemas.Group }
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

type Resource = Record<string, unknown>
export type Kind = keyof typeof schemaClasses

const schemaOf = (kind: Kind) => `urn:ietf:params:scim:schemas:core:2.0:${kind}`

export function presentUser(user: ScimUser, base: string): Resource {
  const { id, userName, externalId, displayName, active, resource } = user
  return {
    ...resource,
    schemas: [schemaOf('User')],
    ...{ id, userName, active },
    ...(externalId !== null && { externalId }),
    ...(displayName !== null && { displayName }),
    meta: metaOf('User', user, base),
  }
}

export function presentGroup(group: ScimGroup, base: string): Resource {
  const { id, displayName, externalId, members } = group
  return {
    schemas: [schemaOf('Group')],
    ...{ id, displayName },
    ...(externalId !== null && { externalId }),
    members: members.map(value => ({ value, $ref: `${base}/Users/${value}`, type: 'User' })),
    meta: metaOf('Group', group, base),
  }
}

const metaOf = (kind: Kind, one: { id: string; createdAt: Date; updatedAt: Date }, base: string) => ({
  resourceType: kind,
  created: one.createdAt.toISOString(),
  lastModified: one.updatedAt.toISOString(),
  location: `${base}/${kind}s/${one.id}`,
})

/** Attributes that are kept as they were sent. */
const keptAttributes = [
  'name',
  'nickName',
  'title',
  'emails',
  'phoneNumbers',
  'locale',
  'timezone',
  'preferredLanguage',
]

/** @throws ScimError */
export function readUser(body: unknown): NewUser {
  const sent = checked('User', body)
  const userName = textOf(sent.userName)
  const emails = (sent.emails ?? []) as { value?: string; primary?: boolean }[]
  const email = [userName, ...emails.filter(one => one.primary).map(one => one.value), emails[0]?.value].find(
    one => one?.includes('@'),
  )
  if (!userName || !email)
    throw new ScimError(400, 'userName, or a primary e-mail, must be an e-mail address.', 'invalidValue')
  return {
    userName,
    externalId: textOf(sent.externalId),
    displayName: textOf(sent.displayName),
    active: sent.active !== false,
    resource: Object.fromEntries(
      keptAttributes.flatMap(name => (sent[name] === undefined ? [] : [[name, sent[name]]])),
    ),
  }
}

/** The address and the name of the person. */
export function personOf({ userName, displayName, resource }: NewUser): { email: string; name: string } {
  const emails = (resource.emails ?? []) as { value?: string; primary?: boolean }[]
  const name = (resource.name ?? {}) as { formatted?: string; givenName?: string; familyName?: string }
  const email = userName.includes('@') ? userName : (emails.find(one => one.primary) ?? emails[0])!.value!
  const whole = name.formatted ?? [name.givenName, name.familyName].filter(Boolean).join(' ')
  return { email, name: (displayName || whole || email).slice(0, 200) }
}

/** @throws ScimError */
export function readGroup(body: unknown): NewGroup {
  const sent = checked('Group', body)
  const displayName = textOf(sent.displayName)
  if (!displayName) throw new ScimError(400, 'displayName is missing.', 'invalidValue')
  const members = ((sent.members ?? []) as { value?: string }[]).flatMap(one => one.value ?? [])
  return { displayName, externalId: textOf(sent.externalId), members: [...new Set(members)] }
}

/**
 * The resource after the operations of a PATCH (RFC 7644 §3.5.2), as the two big directories send them: `active` as text, values
 * of items that are not there yet, and attributes of the enterprise extension, which are left out.
 * @throws ScimError
 */
export async function patched(kind: Kind, present: Resource, body: unknown): Promise<Resource> {
  const { schemas, Operations } = (body ?? {}) as { schemas?: unknown; Operations?: unknown }
  const operations = Array.isArray(Operations)
    ? Operations.map(one => inOneForm(one, present)).filter(isKnown)
    : Operations
  if (Array.isArray(operations) && operations.length === 0 && (Operations as unknown[]).length > 0)
    return present
  return inScim(async () => {
    let changed: Resource | null = null
    await new PatchOp({ schemas, Operations: operations } as never).apply(
      new schemaClasses[kind](present as never, 'both'),
      async after => {
        changed = plain(after)
        return after
      },
    )
    // The library calls back only where something changes.
    return changed ?? present
  })
}

const plain = (resource: object) => JSON.parse(JSON.stringify(resource)) as Resource

type Operation = { op?: unknown; path?: unknown; value?: unknown }

function inOneForm(operation: Operation, present: Resource): Operation {
  const { path, value } = operation
  const item = newItem(operation, present)
  if (item) return item
  if (path === 'active') return { ...operation, value: toBoolean(value) }
  if (path === undefined && typeof value === 'object' && value !== null && !Array.isArray(value))
    return {
      ...operation,
      value: Object.fromEntries(
        Object.entries(value)
          .filter(([name]) => !name.startsWith(enterprise))
          .map(([name, one]) => [name, name === 'active' ? toBoolean(one) : one]),
      ),
    }
  return operation
}
/** A value is set at an item that is not there yet, such as emails[type eq "work"].value: the item is added with it. */
function newItem({ op, path, value }: Operation, present: Resource): Operation | null {
  const [, list = '', attribute = '', wanted = '', member = ''] =
    /^(\w+)\[(\w+) eq "([^"]*)"\]\.(\w+)$/i.exec(typeof path === 'string' ? path : '') ?? []
  if (list === '' || !/^(add|replace)$/i.test(`${op}`)) return null
  const items = (present[list] ?? []) as Record<string, unknown>[]
  if (Array.isArray(items) && items.some(one => one[attribute] === wanted)) return null
  return { op: 'add', path: list, value: [{ [attribute]: wanted, [member]: value }] }
}

const isKnown = ({ path, value }: Operation) =>
  !(typeof path === 'string' && path.startsWith(enterprise)) &&
  !(path === undefined && typeof value === 'object' && value !== null && Object.keys(value).length === 0)

const toBoolean = (value: unknown) =>
  typeof value === 'string' && /^(true|false)$/i.test(value) ? value.toLowerCase() === 'true' : value

/** By the library's schema. @throws ScimError */
function checked(kind: Kind, body: unknown): Resource {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new ScimError(400, 'The body must be a JSON object.', 'invalidSyntax')
  const { active, ...rest } = body as Resource
  const known = Object.fromEntries(Object.entries(rest).filter(([name]) => !name.startsWith('urn:')))
  const sent = {
    ...known,
    schemas: [schemaOf(kind)],
    ...(active !== undefined && { active: toBoolean(active) }),
  }
  try {
    return plain(new schemaClasses[kind](sent as never, 'in'))
  } catch (error) {
    throw asScim(error)
  }
}

async function inScim<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw asScim(error)
  }
}

/** The library refuses by errors of its own, and by TypeErrors. */
function asScim(error: unknown): unknown {
  const { status, scimType, message } = error as { status?: number; scimType?: string; message?: string }
  if (status !== undefined) return new ScimError(Number(status), message!, scimType ?? null)
  return error instanceof TypeError ? new ScimError(400, error.message, 'invalidValue') : error
}

const textOf = (value: unknown) => (typeof value === 'string' && value.trim() !== '' ? value.trim() : null)
