/** Errors in the shape of SCIM (RFC 7644 §3.12). */

export class ScimError extends Error {
  readonly status: number
  readonly scimType: string | null

  constructor(status: number, message: string, scimType: string | null = null) {
    super(message)
    this.status = status
    this.scimType = scimType
  }
}

export const noSuch = (what: 'User' | 'Group', id: string) =>
  new ScimError(404, `There is no ${what} ${id} in this workspace.`)
export const taken = () =>
  new ScimError(409, 'Another one has this name, address or externalId already.', 'uniqueness')

export const errorBody = ({ status, scimType, message }: ScimError) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
  status: `${status}`,
  ...(scimType && { scimType }),
  detail: message,
})
