import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import pg from 'pg'
import { embeddedPostgres } from '../../src/storage/postgres/embedded/server.ts'

let folder: string
const pidFile = () => path.join(folder, 'postgres', 'postmaster.pid')
const pid = async () => Number((await readFile(pidFile(), 'utf8')).split('\n')[0])
const runs = () =>
  readFile(pidFile()).then(
    () => true,
    () => false,
  )

async function answer(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query('select 1 as one')
  await client.end()
  return rows[0].one
}

describe('the embedded PostgreSQL', () => {
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'latchkey-embedded-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it('is created once when four start at once, and runs until the last has left', async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => embeddedPostgres(folder)))
    expect(new Set(all.map(one => one.url)).size).toBe(1)
    expect(all.filter(one => one.created).length).toBeLessThanOrEqual(1)
    await all[0]!.stop()
    await all[1]!.stop()
    expect(await answer(all[3]!.url)).toBe(1)
    await all[2]!.stop()
    await all[3]!.stop()
    expect(await runs()).toBe(false)
    const again = await embeddedPostgres(folder)
    expect(again.created).toBe(false)
    await again.stop()
  })

  it('starts again after it was killed, also when its number has become another process’s', async () => {
    const first = await embeddedPostgres(folder)
    const number = await pid()
    process.kill(number, 'SIGKILL')
    const second = await embeddedPostgres(folder)
    expect(await answer(second.url)).toBe(1)
    await first.stop()
    const text = await readFile(pidFile(), 'utf8')
    await second.stop()
    expect(await runs()).toBe(false)
    await writeFile(pidFile(), text.replace(/^\d+/, `${process.pid}`))
    const third = await embeddedPostgres(folder)
    expect(await answer(third.url)).toBe(1)
    await third.stop()
  })
})
