/** Rules for redirect URIs: exact addresses at which no other party listens (RFC 9700 §2.1). */
import type { Connection } from './connection.ts'

const longest = 2_000
const loopback = ['127.0.0.1', '[::1]', 'localhost']

/** An application on the person's own computer (RFC 8252 §7.3). */
export const isLoopback = ({ protocol, hostname }: URL) => protocol === 'http:' && loopback.includes(hostname)

/**
 * The fault of a redirect URI, naming the part; null when it may be registered. Allowed are https, http on a loopback
 * host (RFC 8252 §7.3), and for public clients a private-use scheme with a dot in it (RFC 8252 §7.1).
 * @param nativeSchemes those without a dot that the operator allows as well.
 */
export function faultOfRedirectUri(
  uri: string,
  clientType: Connection['clientType'],
  nativeSchemes: readonly string[] = [],
): string | null {
  if (uri.length > longest) return `is longer than ${longest} characters`
  const ascii = asciiHost(uri)
  if (ascii) return `has an international host name; write it as ${ascii}`
  const stranger = /[^\x21-\x7e]|[\\"<>^`{|}]/.exec(uri)
  if (stranger) return `has ${nameOf(stranger[0])} at place ${stranger.index + 1}; write it percent-encoded`
  if (uri.includes('*')) return 'has a wildcard; every address is registered as it is'
  if (uri.includes('#')) return 'has a fragment (the part after #)'
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(uri)?.[1]?.toLowerCase()
  if (!scheme || !URL.canParse(uri)) return 'is not an absolute address'
  if (scheme === 'https') return faultOfPlace(uri)
  if (scheme === 'http')
    return (
      faultOfPlace(uri) ??
      (loopback.includes(new URL(uri).hostname)
        ? null
        : `has http with the host ${new URL(uri).hostname}; http is for 127.0.0.1, [::1] and localhost, elsewhere use https`)
    )
  if (!scheme.includes('.') && !nativeSchemes.includes(scheme))
    return `has the scheme ${scheme}:; use https, or for a public client a scheme with a dot such as com.example.app:`
  return clientType === 'public'
    ? null
    : `has the scheme ${scheme}:, which is for public clients; a confidential one uses https`
}

/** Faults of the part after http: or https:. */
function faultOfPlace(uri: string): string | null {
  const [, authority, path = ''] = /^https?:\/\/([^/?]*)([^?]*)/i.exec(uri) ?? []
  if (!authority) return 'has no host'
  if (authority.includes('@')) return 'has a user part (the part before @)'
  const { hostname, pathname } = new URL(uri)
  // "127.1", "0x7f.1" and the like are the same host under a name that no reader recognises.
  if (authority.toLowerCase().replace(/:\d*$/, '') !== hostname)
    return `has its host in an unusual form; write it as ${hostname}`
  if (path !== '' && pathname !== path) return 'has dot segments in its path'
  return null
}

/** The host in ASCII (RFC 5891), where it is written with other letters and is otherwise fit to be registered. */
function asciiHost(uri: string): string | null {
  const authority = /^https?:\/\/([^/?#\\@]*)/i.exec(uri)?.[1] ?? ''
  if (!/[^\0-\x7f]/.test(authority)) return null
  return URL.parse(uri)?.hostname ?? null
}

function nameOf(character: string): string {
  if (character === ' ') return 'a space'
  const code = character.codePointAt(0)!
  return code < 0x21 || code === 0x7f ? 'a control character' : JSON.stringify(character)
}
