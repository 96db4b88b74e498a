import { describe, expect, it } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { type Capability, capabilities } from '../../src/installs/capability.ts'
import type { Connection } from '../../src/installs/connection.ts'
import { blankSettings, faultsOfSettings, settingsOf } from '../../src/installs/registration.ts'
import { changesBetween, stopsBy } from '../../src/installs/settings-change.ts'
import { manifestOf, manifestSchema, readManifest } from '../../src/manifest/manifest.ts'

const address = 'https://connect.example/manifest.schema.json'
const fits = new Ajv2020({ allowUnionTypes: true }).compile(manifestSchema(address))

const relay: Connection = {
  ...blankSettings,
  id: '0198c1de-9c3a-7d3e-8a7e-0d6a7c1b2f3e',
  kind: 'public',
  origin: 'registered',
  workspaceId: null,
  createdBy: null,
  name: 'Relay',
  redirectUris: ['https://relay.test/callback'],
  capabilities: ['read_content'],
  hasLogo: false,
  resourceServer: false,
  firstParty: true,
  verified: true,
  disabled: false,
}
const exported = manifestOf(relay, address)
const text = (document: unknown) => JSON.stringify(document)

describe('a manifest', () => {
  it('has every setting that a developer may change, and none of the operator’s', () => {
    expect(exported).toEqual({
      $schema: address,
      id: relay.id,
      kind: 'public',
      name: 'Relay',
      description: null,
      developer_name: null,
      website: null,
      install_url: null,
      support_email: null,
      support_url: null,
      privacy_url: null,
      terms_url: null,
      client: 'confidential',
      redirect_uris: ['https://relay.test/callback'],
      jwks: null,
      jwks_uri: null,
      capabilities: ['read_content'],
      optional_capabilities: [],
      require_pkce: false,
      long_lived_tokens: false,
      leave_out_iss: false,
      require_dpop: false,
      device_flow: false,
      require_par: false,
    })
  })

  it('is read back as what was exported, and so changes nothing', () => {
    const read = readManifest(text(exported))
    expect(read).toEqual({
      kind: 'read',
      manifest: { id: relay.id, kind: 'public', settings: settingsOf(relay) },
    })
    expect(changesBetween(settingsOf(relay), settingsOf(relay))).toEqual([])
  })

  it('is read behind a byte order mark, which some editors write', () => {
    expect(readManifest(`\ufeff${text({ name: 'Relay Two' })}`)).toEqual({
      kind: 'read',
      manifest: { id: null, kind: null, settings: { name: 'Relay Two' } },
    })
  })

  it('of a few members leaves the others as they are', () => {
    expect(readManifest('{"name":"Two","website":null}')).toMatchObject({
      manifest: { id: null, kind: null, settings: { name: 'Two', website: null } },
    })
  })
})

describe('the published schema', () => {
  it('takes every export', () => {
    const full = {
      ...relay,
      description: 'It relays.',
      website: 'https://relay.test',
      supportEmail: 'help@relay.test',
      capabilities: [...capabilities],
      clientType: 'public' as const,
    }
    for (const connection of [relay, full]) expect(fits(manifestOf(connection, address))).toBe(true)
  })

  const wrong: [string, unknown, RegExp][] = [
    ['an unknown member', { colour: 'blue' }, /"colour" is no member/],
    ['a mark that is the operator’s', { first_party: true }, /"first_party" is no member/],
    ['a member of another name of JavaScript', JSON.parse('{"__proto__":{"name":"x"}}'), /"__proto__" is no/],
    ['a name that is no text', { name: 7 }, /name is no text/],
    ['a name that is null', { name: null }, /name is no text/],
    ['a number for an address', { website: 1 }, /website is neither text nor null/],
    ['a text for a switch', { require_pkce: 'yes' }, /require_pkce is neither true nor false/],
    ['an unknown client', { client: 'native' }, /client is neither/],
    ['one redirect URI without its list', { redirect_uris: 'https://a.test/' }, /redirect_uris is no list/],
    ['a list of numbers', { redirect_uris: [1] }, /redirect_uris is no list/],
    ['an unknown capability', { capabilities: ['admin'] }, /capabilities has "admin"; known are/],
    ['a capability twice', { capabilities: ['read_content', 'read_content'] }, /names one twice/],
    ['an unknown kind', { kind: 'secret' }, /kind is neither/],
    ['a list', [], /is no JSON object/],
    ['a text', 'name', /is no JSON object/],
  ]
  it.each(wrong)('and the reader refuse %s alike', (_what, document, words) => {
    expect(fits(document)).toBe(false)
    const read = readManifest(text(document))
    expect(read.kind).toBe('unreadable')
    expect(read.kind === 'unreadable' && read.faults.join(' ')).toMatch(words)
  })

  it('and the reader accept every exported member by itself', () => {
    for (const [name, value] of Object.entries(exported)) {
      expect([name, fits({ [name]: value })]).toEqual([name, true])
      expect([name, readManifest(text({ [name]: value })).kind]).toEqual([name, 'read'])
    }
  })

  it('and the reader name every fault at once', () => {
    const read = readManifest('{"name":1,"client":2,"colour":3,"id":"x"}')
    expect(read.kind === 'unreadable' && read.faults).toHaveLength(4)
  })

  it('is not used for a text that is not JSON, or too long', () => {
    for (const bad of ['', '{', '{"name":"x"', "{'name':'x'}", `"${'x'.repeat(100_001)}"`])
      expect(readManifest(bad).kind).toBe('unreadable')
  })
})

describe('a registered setting', () => {
  const faults = (change: object) =>
    faultsOfSettings('public', { ...settingsOf(relay), ...change }).map(({ member, value, fault }) =>
      [member, ...(value ? [value] : []), fault].join(' '),
    )
  it.each<[string, object, RegExp]>([
    ['an empty name', { name: '' }, /name must have 1 to 200/],
    ['a name of 201 characters', { name: 'x'.repeat(201) }, /name must have 1 to 200/],
    ['a name that turns its direction', { name: 'Relay\u202egnp.exe' }, /name has control characters/],
    ['a name of two lines', { name: 'a\nb' }, /name has control characters/],
    ['a name that is there and not to be seen', { name: '\u3164' }, /name must have 1 to 200/],
    ['a name of joiners that join nothing', { name: ' \u200d\ufe0f' }, /name must have 1 to 200/],
    ['a name like another, but for what nobody sees', { name: 'Sla\u200bck' }, /name has invisible char/],
    ['a name that steers what stands beside it', { name: 'Relay\u200f' }, /name has invisible characters/],
    ['a developer whom nobody sees', { developerName: '\u2800\u2800' }, /developerName must have 1 to/],
    ['a description of a book', { description: 'x'.repeat(1_001) }, /description must have 1 to 1,000/],
    ['a description that rings', { description: 'a\u0007b' }, /description has control characters/],
    ['a script for a website', { website: 'javascript:alert(1)' }, /website must begin with https/],
    ['a document for a website', { website: 'data:text/html,x' }, /website must begin with https/],
    ['an address with a password', { termsUrl: 'https://me:pw@relay.test' }, /termsUrl has a user part/],
    ['an address without a scheme', { privacyUrl: 'relay.test' }, /privacyUrl is no web address/],
    [
      'an address without an end',
      { privacyUrl: `https://relay.test/${'x'.repeat(2_000)}` },
      /privacyUrl is longer/,
    ],
    ['two e-mail addresses', { supportEmail: 'a b@relay.test' }, /supportEmail is no e-mail/],
    ['an e-mail header', { supportEmail: 'x@relay.test\r\nBcc: all' }, /supportEmail is no e-mail/],
    ['nothing to ask for', { capabilities: [] }, /capabilities must name at least one/],
    [
      'people with and without e-mail addresses',
      { capabilities: ['read_user_with_email', 'read_user_without_email'] },
      /has read_user_with_email and read_user_without_email/,
    ],
    ['no redirect URI', { redirectUris: [] }, /redirectUris must name at least one/],
    ['one twice', { redirectUris: ['https://a.test/', 'https://a.test/'] }, /name one address twice/],
    [
      'fifty-one of them',
      { redirectUris: Array.from({ length: 51 }, (_, at) => `https://a.test/${at}`) },
      /must be 50 at most/,
    ],
    [
      'one that is wrong beside one that is right',
      { redirectUris: ['https://a.test/', 'http://a.test/'] },
      /redirectUris http:\/\/a.test\/ has http/,
    ],
  ])('is not %s', (_what, change, words) => {
    expect(faults(change).join('; ')).toMatch(words)
  })

  it('is a line break in a description, and every script of the world in a name', () => {
    expect(faults({ description: 'One.\nTwo.', name: 'مساحة عمل 🏔️ Ω' })).toEqual([])
    for (const name of ['کتاب\u200cها', 'क्\u200dष', '👩\u200d💻 Tools', '🏴󠁧󠁢󠁥󠁮󠁧󠁿 Relay'])
      expect([name, faults({ name })]).toEqual([name, []])
  })

  it('for an optional access level is one of the access levels, and none of an internal connection', () => {
    const optional = (kind: 'public' | 'internal', ...optionalCapabilities: Capability[]) =>
      faultsOfSettings(kind, {
        ...settingsOf(relay),
        ...(kind === 'internal' ? { redirectUris: [] } : {}),
        optionalCapabilities,
      })
    expect(optional('public', 'read_content')).toEqual([])
    expect(optional('public', 'read_content', 'update_content')).toEqual([
      {
        member: 'optionalCapabilities',
        value: 'update_content',
        fault: 'is optional, but not among the access levels',
      },
    ])
    expect(optional('internal', 'read_content')).toMatchObject([{ member: 'optionalCapabilities' }])
  })

  it('for an internal connection is no redirect URI', () => {
    expect(faultsOfSettings('internal', settingsOf(relay))).toEqual([
      { member: 'redirectUris', fault: 'are of no use: an internal connection has no flow' },
    ])
  })
})

describe('a change of settings', () => {
  const stops = (change: object, kind: 'public' | 'internal' = 'public', liveSecrets = 1) =>
    changesBetween(settingsOf(relay), { ...settingsOf(relay), ...change }).map(one =>
      stopsBy(one, { kind, liveSecrets }),
    )

  it('counts lists as equal in any order', () => {
    const settings = settingsOf(relay)
    const one = { ...settings, redirectUris: ['https://a.test/', 'https://b.test/'] }
    const other = { ...settings, redirectUris: ['https://b.test/', 'https://a.test/'] }
    expect(changesBetween(one, other)).toEqual([])
  })

  it('names what stops, and is silent where nothing does', () => {
    expect(stops({ name: 'Two', website: 'https://two.test', longLivedTokens: true })).toEqual([
      null,
      null,
      null,
    ])
    expect(stops({ redirectUris: [...relay.redirectUris, 'https://two.test/'] })).toEqual([null])
    expect(stops({ redirectUris: ['https://two.test/'] })).toEqual([
      'Flows that return to https://relay.test/callback are refused from the next request on.',
    ])
    expect(
      changesBetween(
        { ...settingsOf(relay), redirectUris: ['https://a.test/', 'https://b.test/', 'https://c.test/'] },
        { ...settingsOf(relay), redirectUris: [] },
      ).map(one => stopsBy(one, { kind: 'public', liveSecrets: 0 }))[0],
    ).toBe('Flows that return to one of the 3 addresses that go are refused from the next request on.')
    expect(stops({ capabilities: ['read_comments'] })[0]).toMatch(/ask for read_content are refused/)
    expect(stops({ capabilities: ['read_comments'] }, 'internal')[0]).toMatch(
      /exactly this: read_comments\. It may no longer do this: read_content/,
    )
    expect(stops({ clientType: 'public' })[0]).toBe(
      'Its client secret stops working at once. Every flow must use PKCE.',
    )
    expect(stops({ clientType: 'public' }, 'public', 2)[0]).toMatch(/^Its 2 client secrets stop/)
    expect(stops({ clientType: 'public' }, 'public', 0)[0]).toBe('Every flow must use PKCE.')
    expect(stops({ requirePkce: true })[0]).toMatch(/without a PKCE code challenge/)
  })
})
