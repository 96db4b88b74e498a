/**
 * DATABASE_URL, read: as libpq reads it (https://www.postgresql.org/docs/current/libpq-connect.html), several hosts among it,
 * which the driver does not know.
 */
import { BadAddress } from '../bad-address.ts'
import { readTls, type TlsSettings } from './tls.ts'

export type Host = { host: string; port: number }
export type DatabaseAddress = {
  /** In the order in which they are tried. */
  hosts: Host[]
  /** A host that takes no writes is passed over. */
  writable: boolean
  user?: string
  password?: string
  database?: string
  ssl: TlsSettings | false
  /** Settings that the driver knows by the same name. */
  more: {
    application_name?: string
    options?: string
    enableChannelBinding?: boolean
    sslnegotiation?: 'direct'
  }
}

const form =
  'an address such as postgres://user:password@host:5432/latchkey, or postgres://host1,host2/latchkey for several'
const parts = /^postgres(?:ql)?:\/\/(?:([^:@/?]*)(?::([^@/?]*))?@)?([^/?@]*)(?:\/([^?]*))?(?:\?(.*))?$/

/** @throws BadAddress */
export function readDatabaseAddress(text: string): DatabaseAddress {
  const match = parts.exec(text)
  if (!match) throw new BadAddress(form)
  const [user, password, authority, database] = match.slice(1, 5).map(part => decoded(part ?? ''))
  const settings = new URLSearchParams(match[5] ?? '')
  const hosts = readHosts(settings.get('host') ?? authority!, settings.get('port'))
  const channelBinding = settings.get('channel_binding')
  const negotiation = settings.get('sslnegotiation')
  return {
    hosts,
    writable: readAttributes(settings.get('target_session_attrs'), hosts.length),
    ...definedOnly({
      user: settings.get('user') ?? user,
      password: settings.get('password') ?? password,
      database: settings.get('dbname') ?? database,
    }),
    ssl: readTls(settings),
    more: {
      ...definedOnly({
        application_name: settings.get('application_name') ?? undefined,
        options: settings.get('options') ?? undefined,
      }),
      ...(channelBinding !== null && channelBinding !== 'disable' && { enableChannelBinding: true }),
      ...(negotiation === 'direct' && { sslnegotiation: negotiation }),
    },
  }
}

/** `a`, `a:5432`, `[::1]:5432`, `/folder/of/a/socket`, and lists of them; ports may come in a list of their own. */
function readHosts(list: string, ports: string | null): Host[] {
  const apart = ports?.split(',') ?? []
  return list.split(',').map((one, at, all) => {
    const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d{1,5}))?$/.exec(one.trim()) ?? []
    const host = bracketed ?? plain
    if (host === undefined || (host === '' && all.length > 1)) throw new BadAddress(form)
    const number = Number(port ?? apart[at] ?? apart[0] ?? 5432)
    if (!Number.isInteger(number) || number < 1 || number > 65_535) throw new BadAddress(form)
    return { host: host || 'localhost', port: number }
  })
}

/** Latchkey writes: of several hosts the one that takes writes is looked for, unless "any" is asked for. */
function readAttributes(text: string | null, hosts: number): boolean {
  if (text === null) return hosts > 1
  if (text === 'any') return false
  if (text === 'read-write' || text === 'primary') return true
  throw new BadAddress('target_session_attrs to be read-write, primary or any: Latchkey writes')
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw new BadAddress('what is no letter, digit, - . _ or ~ in user and password to be percent-encoded')
  }
}

function definedOnly<T extends Record<string, string | undefined>>(values: T): { [K in keyof T]?: string } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value)) as {
    [K in keyof T]?: string
  }
}
