/**
 * Loaded into a server process before its own code: ends the process (SIGKILL) immediately before or after the n-th store call of the
 * requests that it serves. Messages: `{ at, when }` counts from now on and ends there, `'count'` answers how many there were.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { Server } from 'node:http'
import { Redis } from 'ioredis'
import pg from 'pg'

export type Fatal = { at: number; when: 'before' | 'after' }

const inRequest = new AsyncLocalStorage<true>()
let calls = 0
let fatal: Fatal | null = null

process.on('message', (message: Fatal | 'count') => {
  if (message === 'count') return process.send!(calls)
  fatal = message
  calls = 0
  process.send!('armed')
})
process.on('disconnect', () => process.exit())

const end = () => process.kill(process.pid, 'SIGKILL')

/** Counts a call, ends before it where that is wanted. @returns whether to end after it. */
function counted(): boolean {
  if (!inRequest.getStore()) return false
  calls++
  if (calls !== fatal?.at) return false
  if (fatal.when === 'before') end()
  return true
}

const { emit } = Server.prototype
Server.prototype.emit = function (this: Server, event: string, ...args: unknown[]) {
  const pass = () => Reflect.apply(emit, this, [event, ...args]) as boolean
  return event === 'request' ? inRequest.run(true, pass) : pass()
} as typeof emit

type Call = (...args: unknown[]) => unknown
const client = pg.Client.prototype as unknown as { query: Call }
const { query } = client
client.query = function (this: unknown, ...args: unknown[]) {
  const endsAfter = counted()
  if (!endsAfter) return Reflect.apply(query, this, args)
  const last = args.length - 1
  if (typeof args[last] === 'function') args[last] = end
  const answer = Reflect.apply(query, this, args) as Partial<Promise<unknown>> & NodeJS.EventEmitter
  if (answer?.then) answer.then(end, end)
  else answer?.once?.('end', end).once('finish', end)
  return answer
}

const { sendCommand } = Redis.prototype
Redis.prototype.sendCommand = function (this: Redis, command, ...more) {
  const endsAfter = counted()
  const answer = Reflect.apply(sendCommand, this, [command, ...more])
  if (endsAfter) command.promise.then(end, end)
  return answer
}
