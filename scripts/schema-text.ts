/** The schema of a database as SQL that makes it again, read from the catalog; the same text on every supported PostgreSQL. */
import type { DataSource } from 'typeorm'

const header = `-- The schema that all migrations together make, to be read; "latchkey migrate" does not use it.
-- Written by "npm run schema" after each change of a migration.
-- TypeORM's own table, migrations, is left out.`

type Table = { oid: number; name: string; refersTo: string[] }

/**
 * Extensions, functions, then each table after those that it refers to, with its constraints, indexes and triggers; last the
 * foreign keys of a circle. TypeORM's list of applied migrations is left out.
 */
export async function schemaText(source: DataSource): Promise<string> {
  const rows = async <Row>(sql: string, ...values: unknown[]) => (await source.query(sql, values)) as Row[]
  const lines = async (sql: string, ...values: unknown[]) =>
    (await rows<{ line: string }>(sql, ...values)).map(row => row.line)

  const parts = [header, (await lines(extensionsSql)).join('\n'), ...(await lines(functionsSql))]
  const late: string[] = []
  const done = new Set<string>()
  for (const { oid, name } of inOrder(await rows<Table>(tablesSql))) {
    done.add(name)
    const constraints = await rows<{ line: string; refersTo: string | null }>(constraintsSql, oid)
    const members = await lines(columnsSql, oid)
    for (const { line, refersTo } of constraints)
      if (refersTo === null || done.has(refersTo)) members.push(line)
      else late.push(`ALTER TABLE ${name} ADD ${line};`)
    const table = `CREATE TABLE ${name} (\n${members.map(member => `  ${member}`).join(',\n')}\n);`
    parts.push([table, ...(await lines(indexesSql, oid)), ...(await lines(triggersSql, oid))].join('\n'))
  }
  return `${[...parts, late.join('\n')].filter(part => part !== '').join('\n\n')}\n`
}

/** By name, but each after the tables that it refers to; where some refer to one another, the first of their names goes first. */
function inOrder(tables: Table[]): Table[] {
  const left = new Map(tables.map(table => [table.name, table]))
  const lacking = ({ name, refersTo }: Table) => refersTo.filter(other => other !== name && left.has(other))
  const reaches = (from: Table, name: string, seen = new Set<string>()): boolean =>
    lacking(from).some(other => {
      if (other === name) return true
      if (seen.has(other)) return false
      seen.add(other)
      return reaches(left.get(other)!, name, seen)
    })
  const ordered: Table[] = []
  while (left.size > 0) {
    const rest = [...left.values()]
    const next =
      rest.find(table => lacking(table).length === 0) ?? rest.find(table => reaches(table, table.name))!
    ordered.push(next)
    left.delete(next.name)
  }
  return ordered
}

const ours = `'public'::regnamespace`

const tablesSql = `
  select c.oid, c.relname::text as name, array(
    select r.relname::text from pg_constraint f join pg_class r on r.oid = f.confrelid
    where f.conrelid = c.oid and f.contype = 'f') as "refersTo"
  from pg_class c
  where c.relnamespace = ${ours} and c.relkind = 'r' and c.relname <> 'migrations'
  order by c.relname collate "C"`

const extensionsSql = `
  select 'CREATE EXTENSION IF NOT EXISTS ' || extname || ';' as line
  from pg_extension where extname <> 'plpgsql' order by extname collate "C"`

const functionsSql = `
  select replace(rtrim(pg_get_functiondef(p.oid), E'\\n'), 'CREATE OR REPLACE FUNCTION public.', 'CREATE FUNCTION ') || ';' as line
  from pg_proc p
  where p.pronamespace = ${ours}
    and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
  order by p.proname collate "C", p.oid::regprocedure::text collate "C"`

const columnsSql = `
  select concat_ws(' ',
    quote_ident(a.attname),
    format_type(a.atttypid, a.atttypmod),
    case when a.attcollation <> t.typcollation
      then 'COLLATE ' || (select quote_ident(collname) from pg_collation where oid = a.attcollation) end,
    case when a.attgenerated = 's'
      then 'GENERATED ALWAYS AS (' || btrim(regexp_replace(pg_get_expr(d.adbin, d.adrelid, true), '\\s+', ' ', 'g')) || ') STORED'
      else 'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid, true) end,
    case when a.attnotnull then 'NOT NULL' end) as line
  from pg_attribute a
  join pg_type t on t.oid = a.atttypid
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped
  order by a.attnum`

// Since PostgreSQL 18 "not null" is a constraint as well (contype n); it is written beside its column.
const constraintsSql = `
  select 'CONSTRAINT ' || quote_ident(conname) || ' ' || pg_get_constraintdef(oid, true) as line,
    (select r.relname::text from pg_class r where r.oid = confrelid) as "refersTo"
  from pg_constraint
  where conrelid = $1 and contype in ('p', 'u', 'c', 'f', 'x')
  order by array_position('{p,u,c,f,x}', contype::text), conname collate "C"`

const indexesSql = `
  select pg_get_indexdef(i.indexrelid, 0, true) || ';' as line
  from pg_index i join pg_class c on c.oid = i.indexrelid
  where i.indrelid = $1 and not exists (select from pg_constraint where conindid = i.indexrelid and contype in ('p', 'u', 'x'))
  order by c.relname collate "C"`

const triggersSql = `
  select pg_get_triggerdef(oid, true) || ';' as line
  from pg_trigger where tgrelid = $1 and not tgisinternal order by tgname collate "C"`
