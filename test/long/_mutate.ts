/** Changes one thing about a request. */
import type { Random } from './_random.ts'
import { type Body, bytesOf, type Pairs, type Sent } from './_request.ts'

const oddTexts = [
  '',
  ' ',
  '0',
  '-1',
  '99999999999999999999',
  'NaN',
  'null',
  'undefined',
  '[object Object]',
  '__proto__',
  'constructor',
  'toString',
  "'; --",
  '%',
  '%00',
  '%ff%fe',
  '\0',
  '\r\nx: y',
  '\ud83d',
  '\u202e\ufeff\u0130ß',
  '<script>',
  '../../etc',
  '//evil.test',
  'javascript:alert(1)',
  'https://[::1',
  'a'.repeat(3_000),
  '🌲'.repeat(700),
  '{"a":1}',
  '[]',
  'true',
  '00000000-0000-0000-0000-000000000000',
  '2026-13-45T99:99:99Z',
]
const oddSegments = [
  '',
  '.',
  '..',
  '%2e%2e',
  '%2f',
  '%00',
  '%ff',
  '%',
  '%zz',
  '%c0%af',
  ';a=b',
  ':id',
  '*',
  '(.*)',
]
const methods = ['HEAD', 'OPTIONS', 'POST', 'GET', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'TRACE', 'SEARCH']
const contentTypes = [
  '',
  'text/plain',
  'application/json',
  'application/x-www-form-urlencoded',
  'application/x-www-form-urlencoded; charset=utf-16',
  'application/json; charset=iso-8859-1',
  'multipart/form-data',
  'multipart/form-data; boundary=',
  'multipart/form-data; boundary=latchkey-boundary',
  'application/octet-stream',
  'a/b/c;;',
]
const headerNames = [
  ...['accept', 'accept-language', 'accept-encoding', 'origin', 'referer', 'authorization', 'cookie'],
  ...['range', 'if-none-match', 'if-modified-since', 'content-encoding', 'user-agent', 'host'],
  ...['hx-request', 'hx-current-url', 'hx-target', 'sec-fetch-site', 'sec-fetch-mode', 'x-forwarded-for'],
  ...['x-forwarded-host', 'x-forwarded-proto', 'forwarded', 'notion-version', 'latchkey-test', 'dpop'],
  ...['mcp-protocol-version', 'mcp-session-id', 'last-event-id', 'x-http-method-override'],
  ...['access-control-request-method', 'access-control-request-headers', 'idempotency-key', 'prefer'],
]
const headerValues = [
  ...oddTexts,
  ...['*/*;q=', 'application/json', 'text/html', 'Bearer', 'Bearer x y', 'Basic', 'Basic %%%', 'Basic Og=='],
  ...[
    'DPoP x',
    'https://evil.test',
    'null',
    'bytes=0-',
    'W/"x"',
    'gzip',
    'br;q=2',
    'for=[::1',
    'localhost:0',
  ],
]

type Mutation = {
  name: string
  weight: number
  change(sent: Sent, random: Random, ids: readonly string[]): void
}

const segmentsOf = (sent: Sent) => sent.path.split('/').slice(1)
const setSegments = (sent: Sent, segments: string[]) => {
  sent.path = `/${segments.join('/')}`
}

/** One pair is odd, empty, there twice, gone, or named otherwise. */
function changePairs(pairs: Pairs, random: Random): void {
  const names = [
    'after',
    'before',
    'page',
    'q',
    'list',
    'open',
    'workspace_id',
    'resource',
    'scope',
    'a[b]',
    '__proto__',
  ]
  if (pairs.length === 0 || random.chance(0.15)) {
    pairs.push([random.of(names), random.of(oddTexts)])
    return
  }
  const at = random.below(pairs.length)
  const [name, value] = pairs[at]!
  const ways: (() => void)[] = [
    () => pairs.splice(at, 1, [name, random.of(oddTexts)]),
    () => pairs.splice(at, 1, [name, random.of(oddTexts)]),
    () => pairs.splice(at, 1, [name, '']),
    () => pairs.splice(at, 0, [name, random.chance(0.5) ? value : random.of(oddTexts)]),
    () => pairs.splice(at, 1),
    () =>
      pairs.splice(at, 1, [
        random.of([`${name}[]`, `${name}[a]`, name.toUpperCase(), '__proto__', '']),
        value,
      ]),
    () => pairs.splice(at, 1, [name, `${value}${random.of(oddTexts)}`]),
  ]
  random.of(ways)()
}

function oddJson(random: Random): unknown {
  let deep: unknown = 1
  for (let depth = 0; depth < 200; depth++) deep = [deep]
  const odd = [null, true, 0, -1, 1e308, 1.5, [], {}, [null], { a: { b: 1 } }, deep, 'x'.repeat(5_000)]
  return random.chance(0.5) ? random.of(odd) : random.of(oddTexts)
}

function changeJson(value: unknown, random: Random): unknown {
  if (typeof value !== 'object' || value === null || random.chance(0.1)) return oddJson(random)
  const copy = structuredClone(value) as Record<string, unknown>
  const keys = Object.keys(copy)
  if (keys.length === 0 || random.chance(0.1)) {
    copy[random.of(['__proto__', 'constructor', 'extra', ''])] = oddJson(random)
    return copy
  }
  const key = random.of(keys)
  if (random.chance(0.1)) delete copy[key]
  else copy[key] = changeJson(copy[key], random)
  return copy
}

function changeBody(body: Body, random: Random): Body {
  if (body === null) return random.of<Body>([{ raw: 'x' }, { form: [['a', 'b']] }, { json: {} }])
  const bytes = bytesOf(body)!.bytes.toString('latin1')
  if (random.chance(0.12)) {
    const cut = random.below(bytes.length + 1)
    return {
      raw: random.of([
        bytes.slice(0, cut),
        bytes + bytes,
        `${bytes.slice(0, cut)}\0\xff${bytes.slice(cut)}`,
        '',
      ]),
    }
  }
  if ('json' in body) return { json: changeJson(body.json, random) }
  if ('form' in body) changePairs(body.form, random)
  if ('parts' in body) changePairs(body.parts, random)
  return body
}

const mutations: readonly Mutation[] = [
  {
    name: 'a segment of the path is odd',
    weight: 5,
    change(sent, random) {
      const segments = segmentsOf(sent)
      segments[random.below(segments.length)] = random.of([
        ...oddSegments,
        encodeURIComponent('🌲'),
        'a'.repeat(3_000),
      ])
      setSegments(sent, segments)
    },
  },
  {
    name: 'the path is longer, doubled or in another case',
    weight: 6,
    change(sent, random) {
      const segments = segmentsOf(sent)
      const at = random.below(segments.length + 1)
      const ways = [
        () => segments.splice(at, 0, ''),
        () => segments.push(''),
        () => segments.push('x'),
        () => segments.push('', 'x'),
        () => segments.push(...segments),
        () => segments.splice(0, segments.length, ...segments.map(one => one.toUpperCase())),
        () => {
          const one = random.below(segments.length)
          const hex = [...segments[one]!].map(
            letter => `%${letter.charCodeAt(0).toString(16).padStart(2, '0')}`,
          )
          segments[one] = hex.join('')
        },
      ]
      random.of(ways)()
      setSegments(sent, segments)
    },
  },
  {
    name: 'another method',
    weight: 5,
    change(sent, random) {
      sent.method = random.of(methods)
    },
  },
  {
    name: 'a header',
    weight: 14,
    change(sent, random) {
      const added: [string, string] = [random.of(headerNames), random.of(headerValues)]
      if (random.chance(0.8)) sent.headers = sent.headers.filter(([name]) => name !== added[0])
      sent.headers.push(added)
    },
  },
  {
    name: 'the content type',
    weight: 3,
    change(sent, random) {
      sent.headers.push(['content-type', random.of(contentTypes)])
    },
  },
  { name: 'the query', weight: 25, change: (sent, random) => changePairs(sent.query, random) },
  {
    name: 'the body',
    weight: 30,
    change(sent, random) {
      if (sent.method === 'GET' && random.chance(0.9)) changePairs(sent.query, random)
      else sent.body = changeBody(sent.body, random)
    },
  },
  {
    name: 'another thing’s id',
    weight: 12,
    change(sent, random, ids) {
      const swap = (text: string) => {
        const found = text.match(/[0-9a-f]{8}-[0-9a-f-]{27}/g)
        return found ? text.replace(random.of(found), random.of(ids)) : text
      }
      const { body } = sent
      const swapAll = (pairs: Pairs): Pairs => pairs.map(([name, value]) => [name, swap(value)])
      const ways: (() => Partial<Sent>)[] = [() => ({ path: swap(sent.path) })]
      if (sent.query.length > 0) ways.push(() => ({ query: swapAll(sent.query) }))
      if (body && 'form' in body) ways.push(() => ({ body: { form: swapAll(body.form) } }))
      if (body && 'json' in body)
        ways.push(() => ({ body: { json: JSON.parse(swap(JSON.stringify(body.json))) } }))
      Object.assign(sent, random.of(ways)())
    },
  },
]
/** Each as often as its weight says. */
const weighted = mutations.flatMap(one => Array.from({ length: one.weight }, () => one))

/** @param ids of things of this and of another workspace. @returns which kind of change it was. */
export function mutate(sent: Sent, random: Random, ids: readonly string[]): string {
  const chosen = random.of(weighted)
  chosen.change(sent, random, ids)
  return chosen.name
}
