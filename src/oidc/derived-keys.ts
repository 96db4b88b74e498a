/**
 * Keys derived from the secret keys, in their current order, each derived once.
 * @param secretKeys may be reordered, or get other members, between calls of the returned function.
 */
export function derivedKeys<Key>(
  secretKeys: readonly Buffer[],
  derive: (secretKey: Buffer) => Key,
): () => Key[] {
  const derived = new WeakMap<Buffer, Key>()
  return () =>
    secretKeys.map(secretKey => {
      const key = derived.get(secretKey) ?? derive(secretKey)
      derived.set(secretKey, key)
      return key
    })
}
