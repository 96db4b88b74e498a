/** A store's address that cannot be used. Its message gives the expected form, never the address itself, which holds secrets. */
export class BadAddress extends Error {
  override readonly name = 'BadAddress'
}
