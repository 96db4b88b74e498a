/** One access level that a connection asks for. These are the OAuth scope values too (RFC 6749 §3.3). */
export const capabilities = [
  'read_content',
  'update_content',
  'insert_content',
  'read_comments',
  'insert_comments',
  'read_user_without_email',
  'read_user_with_email',
] as const

export type Capability = (typeof capabilities)[number]

export function isCapability(value: string): value is Capability {
  return (capabilities as readonly string[]).includes(value)
}

/** Capabilities that change people's content, or show their identity: the screens mark them. */
export const risky: ReadonlySet<Capability> = new Set<Capability>([
  'update_content',
  'insert_content',
  'insert_comments',
  'read_user_with_email',
])

/** Splits a scope string; the unknown words come back apart so that a refusal can name them. */
export function readScope(scope: string): { known: Capability[]; unknown: string[] } {
  const words = [...new Set(scope.split(' ').filter(word => word !== ''))]
  return { known: words.filter(isCapability), unknown: words.filter(word => !isCapability(word)) }
}

/** The capabilities that both sides allow, in the order of the list above. */
export function inBoth(one: readonly Capability[], other: readonly Capability[]): Capability[] {
  return capabilities.filter(capability => one.includes(capability) && other.includes(capability))
}

/**
 * The capabilities of a token: those of its scope and those that the member added after the consent, as far as the installation
 * still has them.
 */
export function capabilitiesOfToken(
  scope: string,
  installation: { capabilities: readonly Capability[]; addedCapabilities: readonly Capability[] },
): Capability[] {
  return inBoth([...readScope(scope).known, ...installation.addedCapabilities], installation.capabilities)
}

/** The facts about people that may be disclosed: ids alone, names, or names and e-mail addresses. */
export function userInformation(allowed: readonly Capability[]): 'none' | 'without-email' | 'with-email' {
  if (allowed.includes('read_user_with_email')) return 'with-email'
  return allowed.includes('read_user_without_email') ? 'without-email' : 'none'
}
