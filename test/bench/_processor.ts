/** Processor time of a server and of PostgreSQL, from /proc. Linux only. */
import { readdir, readFile } from 'node:fs/promises'

const ticksPerSecond = 100

type Stat = { parent: number; own: number; children: number }

async function statOf(pid: number): Promise<Stat> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8')
  // The second field is the name in parentheses, which may contain spaces.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const [own, children] = [fields[11]! + fields[12]!, fields[13]! + fields[14]!]
  return { parent: fields[1]!, own: own / ticksPerSecond, children: children / ticksPerSecond }
}

/** Seconds that the process has used. */
export const secondsOf = async (pid: number) => (await statOf(pid)).own

/** Seconds that PostgreSQL has used, sessions that ended included. `backend`: the process of any session. */
export async function databaseSeconds(backend: number): Promise<number> {
  const { parent: postmaster } = await statOf(backend)
  const { own, children } = await statOf(postmaster)
  let sum = own + children
  for (const name of await readdir('/proc')) {
    const stat = /^\d+$/.test(name) ? await statOf(Number(name)).catch(() => null) : null
    if (stat?.parent === postmaster) sum += stat.own
  }
  return sum
}
