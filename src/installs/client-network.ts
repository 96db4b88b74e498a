/**
 * The unit that rate limits count as one sender: an IPv4 address, or an IPv6 /64, which one household or server has to itself.
 * @param address in canonical form (RFC 5952).
 */
export function clientNetwork(address: string): string {
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::')
  const left = head.split(':').filter(Boolean)
  const right = tail?.split(':').filter(Boolean) ?? []
  const gap = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length)
  return `${[...left, ...Array(gap).fill('0'), ...right].slice(0, 4).join(':')}::/64`
}
