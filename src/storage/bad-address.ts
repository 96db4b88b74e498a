/** The address of a store that cannot be used. Its message says what is expected instead, never what was found: that holds secrets. */
export class BadAddress extends Error {
  override readonly name = 'BadAddress'
}
