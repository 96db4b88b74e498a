/** Reads the input of a request with the schemas of its endpoint. A refusal is one sentence that names the member at fault. */
import type { z } from 'zod'
import { invalid } from './refusals.ts'

type Issue = z.core.$ZodRawIssue

/**
 * @param name the value's name in a refusal; empty for an object, whose members are named.
 * @throws ApiRefusal `validation_error`.
 */
export function readInput<T extends z.ZodType>(schema: T, name: string, value: unknown): z.output<T> {
  const read = schema.safeParse(value, { error: messageOf })
  if (read.success) return read.data
  throw invalid(sentenceOf(read.error.issues[0]!, name))
}

function sentenceOf(issue: z.core.$ZodIssue, name: string): string {
  const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]!] : issue.path
  return `${memberName(name, path)} ${issue.message}.`
}

/** `body.page_ids[3]`; a name that the caller made up is cut. */
function memberName(root: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, key) => {
    if (typeof key === 'number') return `${name}[${key}]`
    const member = String(key).slice(0, 100)
    return name === '' ? member : `${name}.${member}`
  }, root)
}

/** The message of an issue whose schema has no message of its own. */
function messageOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return butWas(`should be ${nouns[issue.expected as string] ?? issue.expected}`, issue.input)
    case 'invalid_value':
      return butWas(
        `should be ${(issue.values as unknown[]).map(one => JSON.stringify(one)).join(' or ')}`,
        issue.input,
      )
    case 'unrecognized_keys':
      return 'is not supported here'
    default:
      return 'is not valid'
  }
}

const nouns: Record<string, string> = {
  array: 'an array',
  boolean: 'true or false',
  null: 'null',
  object: 'an object',
  record: 'an object',
  string: 'a string',
}

export function butWas(expected: string, input: unknown): string {
  return `${expected}, instead was ${excerpt(input)}`
}

/** The value that was sent, short enough to be repeated. */
function excerpt(value: unknown): string {
  if (value === undefined) return 'missing'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object' && value !== null) return 'an object'
  const text = JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
