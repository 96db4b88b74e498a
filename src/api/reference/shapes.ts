/** The OpenAPI document as rows for people: the calls, and each member of a shape with its type, presence and sentence. */
import { components } from '../answers/schema.ts'
import type { PartnerApi } from '../endpoints.ts'
import { componentSchemas, operations, type Schema, schemaOf } from './document.ts'

export type ReferenceCall = {
  id: string
  method: string
  path: string
  summary: string
  description: string
  by: 'token' | 'client' | 'admin' | 'either'
  /** The names of the members that it takes, in its query and in its body. */
  members: string[]
  /** The name of the shape that it answers with. */
  answer: string
}

export type Member = { name: string; type: string; presence: string; sentence: string }
export type Shape = { name: string; description: string | null; isList: boolean; members: Member[] }

export function calls(partnerApi: PartnerApi): ReferenceCall[] {
  return operations(partnerApi).map(
    ({ id, method, path, summary, description, by, query, body, answer }) => ({
      ...{ id, method, path, summary, description, by },
      members: [query, body].flatMap(schema => (schema ? Object.keys(propertiesOf(schemaOf(schema))) : [])),
      answer: components.get(answer)!.id,
    }),
  )
}

export function shapes(): Shape[] {
  const schemas = componentSchemas()
  return Object.entries(schemas).map(([name, schema]) => {
    const isList = schema.type === 'array'
    return {
      name,
      description: (schema.description as string | undefined) ?? null,
      isList,
      members: membersOf(isList ? (schema.items as Schema) : withAlternatives(schema, schemas), ''),
    }
  })
}

const propertiesOf = (schema: Schema) => (schema.properties as Record<string, Schema> | undefined) ?? {}

/** With the alternatives themselves in place of their names. */
function withAlternatives(schema: Schema, schemas: Record<string, Schema>): Schema {
  const alternatives = schema.oneOf as Schema[] | undefined
  return alternatives ? { ...schema, oneOf: alternatives.map(one => schemas[typeOf(one)] ?? one) } : schema
}

/** An object's members, each followed by its own members under its path; for alternatives, the members of each. */
function membersOf(schema: Schema, before: string): Member[] {
  const alternatives = schema.oneOf as Schema[] | undefined
  if (alternatives) return joined(alternatives.map(one => membersOf(one, before)))
  const required = schema.required as string[] | undefined
  return Object.entries(propertiesOf(schema)).flatMap(([name, member]) => [
    {
      name: before + name,
      type: typeOf(member),
      presence: presenceOf(member, required?.includes(name) ?? false),
      sentence: (member.description as string | undefined) ?? '',
    },
    ...(member.type === 'array'
      ? membersOf(member.items as Schema, `${before}${name}[].`)
      : membersOf(member, `${before}${name}.`)),
  ])
}

/** A member that only some alternatives have may be absent; one with another meaning in each has all of them. */
function joined(alternatives: Member[][]): Member[] {
  const rows = new Map<string, Member>()
  for (const member of alternatives.flat()) {
    const having = alternatives.filter(one => one.some(other => other.name === member.name)).length
    const presence = having < alternatives.length ? 'may be absent' : member.presence
    const same = rows.get(member.name)
    if (!same) rows.set(member.name, { ...member, presence })
    else
      rows.set(member.name, {
        ...same,
        type: same.type === member.type ? same.type : `${same.type} or ${member.type}`,
        sentence:
          same.sentence === member.sentence ? same.sentence : `${same.sentence} Or: ${member.sentence}`,
      })
  }
  return [...rows.values()]
}

function presenceOf(schema: Schema, required: boolean): string {
  const mayBeNull = ((schema.anyOf as Schema[] | undefined) ?? [schema]).some(one =>
    [one.type].flat().includes('null'),
  )
  return [required ? 'always there' : 'may be absent', ...(mayBeNull ? ['may be null'] : [])].join(', ')
}

function typeOf(schema: Schema): string {
  if (schema.$ref) return String(schema.$ref).split('/').at(-1)!
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return (schema.enum as unknown[]).map(one => JSON.stringify(one)).join(' or ')
  if (schema.anyOf) return (schema.anyOf as Schema[]).map(typeOf).join(' or ')
  if (schema.type === 'array') return `list of ${typeOf(schema.items as Schema)}`
  const types = [schema.type].flat().join(' or ')
  return schema.format ? `${types} (${schema.format})` : types
}
