/** Resource indicators (RFC 8707): the only resource is this server. */
export function isOurResource(resource: string, issuer: string): boolean {
  return [issuer, `${issuer}/`, `${issuer}/v1`, `${issuer}/v1/`].includes(resource)
}
