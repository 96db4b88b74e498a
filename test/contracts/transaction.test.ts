import type { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Pool } from 'pg'
import { poolOf } from '../../src/storage/postgres/pool.ts'
import { transact } from '../../src/storage/postgres/transaction.ts'
import { openClone } from '../support/database.ts'
import { whileHeld } from '../support/held-rows.ts'

let database: Awaited<ReturnType<typeof openClone>>
let pool: Pool

beforeAll(async () => {
  database = await openClone()
  pool = poolOf(database.source)
  await pool.query('create table locked (name text primary key, visits int not null default 0)')
  await pool.query(`insert into locked values ('left'), ('right')`)
})
afterAll(() => database.drop())

describe('a transaction', () => {
  it('that is given up to end a deadlock is done again, and nothing of the first attempt stays', async () => {
    let attempts = 0
    let arrived = 0
    let bothHold = () => {}
    const both = new Promise<void>(resolve => {
      bothHold = resolve
    })
    const visit = (names: string[]) =>
      transact(pool, async client => {
        attempts++
        for (const name of names) {
          await client.query('update locked set visits = visits + 1 where name = $1', [name])
          arrived++
          if (arrived === 2) bothHold()
          await both
        }
      })
    await Promise.all([visit(['left', 'right']), visit(['right', 'left'])])
    expect(attempts).toBeGreaterThan(2)
    const { rows } = await pool.query('select visits from locked')
    expect(rows).toEqual([{ visits: 2 }, { visits: 2 }])
  })

  it('that has to give way more than once still gets through', async () => {
    let attempts = 0
    const work = transact(pool, async client => {
      attempts++
      await client.query('update locked set visits = visits + 1')
      if (attempts < 3) await client.query(`do $$ begin raise exception using errcode = '40P01'; end $$`)
    })
    await work
    expect(attempts).toBe(3)
    const { rows } = await pool.query('select distinct visits from locked')
    expect(rows).toEqual([{ visits: 3 }])
    await pool.query('update locked set visits = 2')
  })

  it('is taken back when its work throws, and the fault is told as it is', async () => {
    const work = transact(pool, async client => {
      await client.query('update locked set visits = 99')
      throw new Error('thought better of it')
    })
    await expect(work).rejects.toThrow('thought better of it')
    expect((await pool.query('select distinct visits from locked')).rows).toEqual([{ visits: 2 }])
  })
})

describe('a process that is gone', () => {
  it('holds no lock while a statement of its own still waits for another', async () => {
    await whileHeld(database.url, `select from locked where name = 'right' for update`, [], async () => {
      // A connection without lock_timeout, as of an import: only the check of the client can end its wait.
      const client = await pool.connect()
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
      await client.query(`begin; select from locked where name = 'left' for update`)
      client.query('update locked set visits = 0').catch(() => {})
      const running = async () =>
        (await pool.query('select wait_event_type from pg_stat_activity where pid = $1', [rows[0]!.pid])).rows
      while ((await running())[0]?.wait_event_type !== 'Lock') await pause(10)
      ;(client as unknown as { connection: { stream: Socket } }).connection.stream.destroy()
      client.release(true)
      for (let tries = 0; tries < 300 && (await running()).length > 0; tries++) await pause(10)
      expect(await running()).toEqual([])
      await pool.query(`update locked set visits = visits where name = 'left'`)
    })
  })
})
