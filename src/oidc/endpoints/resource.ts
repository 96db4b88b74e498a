/** Resource indicators (RFC 8707): there is one resource, this installation of Latchkey, and tokens are for it. */
export function isOurResource(resource: string, issuer: string): boolean {
  return [issuer, `${issuer}/`, `${issuer}/v1`, `${issuer}/v1/`].includes(resource)
}
