import type Router from '@koa/router'
import type { TestServer } from './server.ts'

/** Of all routers the one with the most of them is that of the screens, into which the others are put. */
export function patternsOf(routers: Router[], method: 'GET' | 'POST'): string[] {
  const found = routers.map(({ stack }) =>
    stack.filter(layer => layer.methods.includes(method)).map(layer => String(layer.path)),
  )
  return [...new Set(found.reduce((most, one) => (one.length > most.length ? one : most)))]
}

/** The address that a pattern becomes with these ids, and a query that any of them could have. */
export function address(pattern: string, ids: Record<string, string>): string {
  const path = pattern.replace(/:(\w+)/g, (_, name: string) => {
    const own =
      name === 'connection' && pattern.includes('/connections/:connection/token')
        ? 'internal'
        : name === 'installation' && pattern.includes('/hand-over/')
          ? 'left'
          : name
    const id = ids[own]
    if (id === undefined) throw new Error(`say what stands for :${name} in ${pattern}`)
    return id
  })
  return `${path}?list=shared&page=${ids.page}`
}

/** The screen without its parts that differ in every answer. */
export function plain(html: string): string {
  return html.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|name="csrf" value="[^"]*"/g, '…')
}

/** Everything that is kept, without the developers' log, the heartbeats of hosts and the numbering of events, which change by themselves. */
export async function kept({ sql }: Pick<TestServer, 'sql'>): Promise<string[]> {
  const tables = await sql<{ name: string }>(
    `select table_name as name from information_schema.tables
     where table_schema = 'public' and table_name not like 'flow_%' and table_name not in ('live_hosts', 'event_outbox', 'webhook_events', 'mail_outbox') order by 1`,
  )
  return Promise.all(
    tables.map(async ({ name }) => {
      const rows = `select md5(string_agg(t::text, ' ' order by t::text)) as sum from ${name} t`
      return `${name} ${(await sql<{ sum: string }>(rows))[0]!.sum}`
    }),
  )
}
