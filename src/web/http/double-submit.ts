import { hash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'

/**
 * Runs the action of a form once, though its button was pressed twice. Without our script a browser sends both requests and
 * shows the last answer, so every repeated press is redirected to where the first one led.
 * @param press identifies the press: the user, the form, and its values.
 * @param work answers the request and returns the address that it redirects to; after null the next press runs it again.
 * @returns the address; null if the request is answered already.
 */
export type OnePress = (
  press: readonly string[],
  work: () => Promise<string | null>,
) => Promise<string | null>

export type OnePressStore = {
  read(key: string): Promise<string | null>
  write(key: string, value: string, seconds: number): Promise<void>
  writeNew(key: string, value: string, seconds: number): Promise<boolean>
  replace(key: string, value: string, seconds: number): Promise<boolean>
  remove(...keys: string[]): Promise<void>
}

/** Renewed while the work runs; after a crash the next press waits no longer than this. */
const leaseSeconds = 0.6
const renewMs = 100
const rememberedSeconds = 600
const stepMs = 25
const patienceMs = 5_000

export function onePress(store: OnePressStore): OnePress {
  async function first(key: string, work: () => Promise<string | null>): Promise<string | null> {
    let to: string | null = null
    const renewing = setInterval(() => store.replace(key, '', leaseSeconds).catch(() => {}), renewMs)
    try {
      to = await work()
      return to
    } finally {
      clearInterval(renewing)
      await (to === null ? store.remove(key) : store.write(key, to, rememberedSeconds))
    }
  }

  return async (press, work) => {
    const key = `one-press:${hash('sha256', JSON.stringify(press), 'base64url')}`
    for (let waited = 0; waited < patienceMs; waited += stepMs) {
      if (await store.writeNew(key, '', leaseSeconds)) return first(key, work)
      const to = await store.read(key)
      if (to) return to
      await pause(stepMs)
    }
    return work()
  }
}
