/**
 * The shape of an answer as SQL. Each function takes a member's SQL by the member's name: a type with a member that is left out
 * does not compile, and the row needs no mapper.
 */

type Members<Shape> = Record<keyof Shape, string>

/** Columns under the names of `Shape`. */
export function asColumns<Shape>(members: Members<Shape>): string {
  return (Object.entries(members) as [string, string][])
    .map(([name, sql]) => `${sql} as "${name}"`)
    .join(', ')
}

/** One JSON object with the members of `Shape`; its dates arrive as text, see `Json`. */
export function asObject<Shape>(members: Members<Shape>): string {
  const pairs = (Object.entries(members) as [string, string][]).map(([name, sql]) => `'${name}', ${sql}`)
  return `json_build_object(${pairs.join(', ')})`
}

/** `Shape` as it arrives when it was built as JSON: JSON has no dates. */
export type Json<Shape> = Shape extends Date
  ? string
  : Shape extends object
    ? { [Member in keyof Shape]: Json<Shape[Member]> }
    : Shape
