/**
 * Rotation of the secret keys host by host. Each host lists its keys in order; the first key that all live hosts have is the one
 * to write with (encrypt, sign, derive). A new key may therefore be put first at once: it takes effect when the last host has it.
 */

/** A running process, as the others see it. Keys are fingerprints; see keyId in sealed.ts. */
export type KeyHost = {
  name: string
  /** In the order of its configuration. */
  keys: string[]
  writesWith: string
  /** The key that it, or another host when it joined, wrote with until `switchedAt`; null: no other one. */
  wroteWith: string | null
  switchedAt: Date
}

/** A retried refresh derives its next token from the key in use up to a minute earlier. */
const afterlifeMs = 2 * 60_000

/** The first of `own` that all other live hosts have, if any. */
export function writingKey(own: readonly string[], others: readonly KeyHost[]): string | null {
  return own.find(key => others.every(host => host.keys.includes(key))) ?? null
}

/**
 * Keys that other live hosts write with, or did within the last two minutes, and that are not among `own`.
 * A host without them could not read their data.
 */
export function missingKeys(
  own: readonly string[],
  others: readonly KeyHost[],
  now: Date,
): { key: string; host: string }[] {
  return others.flatMap(({ name, writesWith, wroteWith, switchedAt }) => {
    const recent = now.getTime() - switchedAt.getTime() < afterlifeMs ? wroteWith : null
    return [writesWith, recent]
      .filter((key): key is string => key !== null && !own.includes(key))
      .map(key => ({ key, host: name }))
  })
}
