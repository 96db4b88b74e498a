/** The schemas of the document as rows for people: each member with its type, whether it may be missing, and its sentence. */
import { type Schema, schemas } from './schemas.ts'

export type Member = { name: string; type: string; presence: string; sentence: string }
export type Shape = { name: string; description: string | null; isList: boolean; members: Member[] }

export function shapes(): Shape[] {
  return Object.entries(schemas).map(([name, schema]) => {
    const isList = schema.type === 'array'
    return {
      name,
      description: (schema.description as string | undefined) ?? null,
      isList,
      members: membersOf(isList ? (schema.items as Schema) : schema, ''),
    }
  })
}

/** Of members that hold members of their own, those follow by their path. Of alternatives, those of each. */
function membersOf(schema: Schema, before: string): Member[] {
  const either = schema.oneOf as Schema[] | undefined
  if (either) return joined(either.map(one => membersOf(one, before)))
  const required = schema.required as string[] | undefined
  return Object.entries((schema.properties as Record<string, Schema> | undefined) ?? {}).flatMap(
    ([name, member]) => [
      {
        name: before + name,
        type: typeOf(member),
        presence: presenceOf(member, required?.includes(name) ?? false),
        sentence: (member.description as string | undefined) ?? '',
      },
      ...(member.type === 'array'
        ? membersOf(member.items as Schema, `${before}${name}[].`)
        : membersOf(member, `${before}${name}.`)),
    ],
  )
}

/** A member that only some alternatives have is there in those only; one that they share is told of each. */
function joined(alternatives: Member[][]): Member[] {
  const rows = new Map<string, Member>()
  for (const member of alternatives.flat()) {
    const having = alternatives.filter(one => one.some(other => other.name === member.name)).length
    const presence = having < alternatives.length ? 'may be absent' : member.presence
    const same = rows.get(member.name)
    if (!same) rows.set(member.name, { ...member, presence })
    else if (same.type !== member.type || same.sentence !== member.sentence)
      rows.set(member.name, {
        ...same,
        type: `${same.type} or ${member.type}`,
        sentence: `${same.sentence} Or: ${member.sentence}`,
      })
  }
  return [...rows.values()]
}

function presenceOf(schema: Schema, required: boolean): string {
  const mayBeNull = ((schema.anyOf as Schema[] | undefined) ?? [schema]).some(one => one.type === 'null')
  return [required ? 'always there' : 'may be absent', ...(mayBeNull ? ['may be null'] : [])].join(', ')
}

function typeOf(schema: Schema): string {
  if (schema.$ref) return String(schema.$ref).split('/').at(-1)!
  if (schema.enum) return (schema.enum as unknown[]).map(one => JSON.stringify(one)).join(' or ')
  if (schema.anyOf) return (schema.anyOf as Schema[]).map(typeOf).join(' or ')
  if (schema.type === 'array') return `list of ${typeOf(schema.items as Schema)}`
  return schema.format ? `${schema.type} (${schema.format})` : String(schema.type)
}
