import { beforeAll, describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import { openWorld } from '../support/open-world.ts'
import { Person } from '../support/person.ts'
import type { World } from '../support/seed.ts'

const { server, world } = await openWorld()
let ben: Person
let id: string

beforeAll(async () => {
  ben = await signedIn('ben')
  id = await created('public')
})

async function signedIn(who: keyof World['users']): Promise<Person> {
  const person = new Person(server.base)
  await person.signIn(world.users[who].email)
  return person
}

async function created(kind: 'public' | 'internal'): Promise<string> {
  await ben.open(`/developers/new/${kind}`)
  await ben.press(kind === 'public' ? 'Create connection' : 'Create connection and token', {
    name: 'Relay',
    ...(kind === 'public' ? { redirect_uris: 'https://relay.test/callback' } : {}),
  })
  return /connections\/([0-9a-f-]{36})/.exec(ben.visit.url)![1]!
}

async function upload(bytes: Uint8Array | string, name = 'logo.png', type = 'image/png', connection = id) {
  await ben.open(`/developers/connections/${connection}/settings`)
  return ben.upload('Upload logo', 'logo', new File([bytes as never], name, { type }))
}

function drawn(width: number, height: number, format: 'png' | 'jpeg' | 'gif' | 'webp' = 'png') {
  return sharp({ create: { width, height, channels: 3, background: 'teal' } })
    .toFormat(format)
    .toBuffer()
}

const svg = (inner: string, attributes = 'viewBox="0 0 10 10"') =>
  `<svg xmlns="http://www.w3.org/2000/svg" ${attributes}>${inner}</svg>`
const logo = () => fetch(`${server.base}/logos/${id}`)

describe('a logo', () => {
  it.each([
    ['png', 'image/png'],
    ['jpeg', 'image/jpeg'],
  ] as const)(
    'of a %s is drawn anew as a small PNG, and shown wherever the connection is',
    async (format, type) => {
      const visit = await upload(await drawn(600, 300, format), `logo.${format}`, type)
      expect(visit.status).toBe(200)
      expect(ben.text()).toContain('The logo is changed')
      const answer = await logo()
      expect(answer.headers.get('content-type')).toBe('image/png')
      const { format: got, width, height } = await sharp(Buffer.from(await answer.arrayBuffer())).metadata()
      expect({ got, width, height }).toEqual({ got: 'png', width: 256, height: 128 })
      expect(ben.visit.$(`img[src*="/logos/${id}"]`).length).toBeGreaterThan(0)
    },
  )

  it('of an SVG with a script, a link and a file loses all of them', async () => {
    const hostile = svg(
      `<script>alert(1)</script><image href="file:///etc/passwd" width="5" height="5"/>
       <image href="http://127.0.0.1:9/x.png" width="5" height="5"/>
       <foreignObject width="9" height="9"><body xmlns="http://www.w3.org/1999/xhtml" onload="alert(2)">x</body></foreignObject>
       <circle cx="5" cy="5" r="4" fill="red" onclick="alert(3)"/>`,
    )
    await upload(hostile, 'logo.svg', 'image/svg+xml')
    expect(ben.text()).toContain('The logo is changed')
    const bytes = Buffer.from(await (await logo()).arrayBuffer())
    expect(bytes.subarray(1, 4).toString()).toBe('PNG')
    expect(bytes.toString('latin1')).not.toMatch(/alert|script|root:/)
  })

  it('carries nothing else of the file: no comment, no camera, no place', async () => {
    const spoken = await sharp(await drawn(64, 64, 'jpeg'))
      .withExif({ IFD0: { Copyright: 'SECRET-EXIF' }, IFD3: { GPSLatitudeRef: 'N' } })
      .jpeg()
      .toBuffer()
    expect(spoken.toString('latin1')).toContain('SECRET-EXIF')
    await upload(spoken, 'logo.jpg', 'image/jpeg')
    expect(Buffer.from(await (await logo()).arrayBuffer()).toString('latin1')).not.toContain('SECRET-EXIF')
  })

  it('is kept until it changes, and a new one is seen at once', async () => {
    await upload(await drawn(32, 32))
    const first = await logo()
    const etag = first.headers.get('etag')!
    expect(first.headers.get('cache-control')).toBe('private, no-cache')
    expect(first.headers.get('x-content-type-options')).toBe('nosniff')
    expect(first.headers.get('content-security-policy')).toContain('sandbox')
    const same = await fetch(`${server.base}/logos/${id}`, { headers: { 'if-none-match': etag } })
    expect(same.status).toBe(304)
    const hash = etag.slice(1, -1)
    const kept = await fetch(`${server.base}/logos/${id}?v=${hash}`)
    expect(kept.headers.get('cache-control')).toBe('private, max-age=31536000, immutable')
    await upload(await drawn(33, 33))
    const other = await fetch(`${server.base}/logos/${id}`, { headers: { 'if-none-match': etag } })
    expect(other.status).toBe(200)
    await ben.open(`/developers/connections/${id}/settings`)
    await ben.press('Remove logo')
    expect((await logo()).status).toBe(404)
  })

  it('that is taken away by many presses at once is recorded as taken away once', async () => {
    await upload(await drawn(20, 20))
    await ben.open(`/developers/connections/${id}/settings`)
    const { action, body } = ben.formOf('Remove logo')
    const events = async () => (await server.sql('select from events where connection_id = $1', [id])).length
    const before = await events()
    await Promise.all(Array.from({ length: 10 }, () => ben.send(action, { method: 'POST', body })))
    expect((await logo()).status).toBe(404)
    expect((await events()) - before).toBe(1)
  })

  it('of an internal connection is shown to its workspace alone', async () => {
    const internal = await created('internal')
    await upload(await drawn(32, 32), 'logo.png', 'image/png', internal)
    const status = async (person: Person) => (await person.send(`/logos/${internal}`)).status
    expect(await status(ben)).toBe(200)
    expect(await status(await signedIn('cleo'))).toBe(200)
    expect(await status(await signedIn('dora'))).toBe(404)
    expect(await status(new Person(server.base))).toBe(404)
  })
})

describe('a file that is no logo', () => {
  const refusedWith = async (bytes: Uint8Array | string, words: string, name?: string, type?: string) => {
    const visit = await upload(bytes, name, type)
    expect([visit.status, ben.text().includes(words) ? words : ben.text()]).toEqual([400, words])
    expect((await logo()).status).toBe(404)
  }

  it.each(['gif', 'webp'] as const)('such as a %s under the name of a PNG is refused', async format => {
    await refusedWith(await drawn(16, 16, format), 'neither a PNG, nor a JPEG, nor an SVG')
  })

  it('such as a web page, an empty file, or half a picture is refused', async () => {
    await refusedWith('<!doctype html><script>alert(1)</script>', 'neither a PNG')
    await refusedWith('', 'Choose a file first.')
    const noise = Buffer.from(Array.from({ length: 64 * 64 * 3 }, (_, at) => (at * 7_919) % 251))
    const whole = await sharp(noise, { raw: { width: 64, height: 64, channels: 3 } })
      .png()
      .toBuffer()
    await refusedWith(whole.subarray(0, whole.length / 2), 'it is damaged')
  })

  it('that is small to send and huge to open is refused before it is opened', async () => {
    const bomb = await sharp({
      create: { width: 5_000, height: 5_000, channels: 3, background: 'white' },
    })
      .png({ compressionLevel: 9 })
      .toBuffer()
    expect(bomb.length).toBeLessThan(512 * 1024)
    await refusedWith(bomb, '5000 × 5000 pixels')
    await refusedWith(svg('', 'width="100000" height="100000"'), 'pixels', 'logo.svg', 'image/svg+xml')
    const entities = Array.from(
      { length: 9 },
      (_, at) => `<!ENTITY a${at + 1} "${`&a${at};`.repeat(10)}">`,
    ).join('')
    const laughs = `<!DOCTYPE svg [<!ENTITY a0 "haha">${entities}]>${svg('<text>&a9;</text>')}`
    await refusedWith(laughs, 'The file', 'logo.svg', 'image/svg+xml')
  })

  it('that takes for ever to draw is given up after seconds, and the server answers meanwhile', async () => {
    const groups = Array.from(
      { length: 7 },
      (_, at) => `<g id="u${at + 1}">${`<use href="#u${at}"/>`.repeat(10)}</g>`,
    ).join('')
    const endless = svg(`<defs><g id="u0"><rect width="1" height="1"/></g>${groups}</defs><use href="#u7"/>`)
    const drawing = refusedWith(endless, 'takes too long to draw', 'logo.svg', 'image/svg+xml')
    const begun = performance.now()
    const health = await fetch(`${server.base}/readyz`)
    expect(health.status).toBe(200)
    expect(performance.now() - begun).toBeLessThan(2_000)
    await drawing
  })

  it('that is larger than 512 KiB is refused, far larger ones before they are read', async () => {
    await refusedWith(new Uint8Array(520 * 1024), 'larger than 512 KiB')
    const visit = await upload(new Uint8Array(2_000_000)).catch(() => null)
    if (visit) expect(visit.status).toBe(413)
  })

  it('in a body that is cut off, or has a thousand parts, is refused', async () => {
    await ben.open(`/developers/connections/${id}/settings`)
    const headers = { 'content-type': 'multipart/form-data; boundary=cut' }
    const body = '--cut\r\ncontent-disposition: form-data; name="logo"; filename="a.png"\r\n\r\nabc'
    const address = `/developers/connections/${id}/logo`
    expect((await ben.send(address, { method: 'POST', headers, body })).status).toBe(400)
    const many = new FormData()
    for (let at = 0; at < 1_000; at++) many.append(`f${at}`, 'x')
    expect((await ben.send(address, { method: 'POST', body: many })).status).toBe(413)
  })

  it('is not tried for ever: uploads are counted', async () => {
    const cleo = await signedIn('cleo')
    await server.sql('update connections set created_by = $1 where id = $2', [world.users.cleo.id, id])
    await cleo.open(`/developers/connections/${id}/settings`)
    const { action, body } = cleo.formOf('Upload logo')
    let last = 0
    for (let at = 0; at < 61 && last !== 429; at++)
      last = (await cleo.send(action, { method: 'POST', body })).status
    expect(last).toBe(429)
  })
})
