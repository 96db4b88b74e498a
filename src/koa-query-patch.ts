import type Koa from 'koa'

type Query = Record<string, string | string[]>

/**
 * Replaces `ctx.query` by one that parses in a single pass. Koa's takes quadratic time in the number of names: one URL of 32 KiB
 * blocks the event loop for seconds.
 */
export function readQueriesInOneWalk(app: Koa): void {
  const koas = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(app.request), 'query')!
  const read = new WeakMap<object, { text: string; query: Query }>()
  Object.defineProperty(app.request, 'query', {
    configurable: true,
    set: koas.set,
    get(this: Koa.Request): Query {
      const text = this.querystring
      const before = read.get(this)
      if (before?.text === text) return before.query
      const query = parseQuery(text)
      read.set(this, { text, query })
      return query
    },
  })
}

/** A repeated name has all its values in order. Names of inherited members are accepted as any other. */
function parseQuery(text: string): Query {
  const query = new Map<string, string | string[]>()
  for (const [name, value] of new URLSearchParams(text)) {
    const before = query.get(name)
    if (before === undefined) query.set(name, value)
    else if (typeof before === 'string') query.set(name, [before, value])
    else before.push(value)
  }
  return Object.fromEntries(query)
}
