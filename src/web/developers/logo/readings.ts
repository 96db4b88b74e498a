export type LogoReadings = {
  /**
   * A connection's logo: of a public one for everyone, of an internal one for the people of its workspace; else null.
   * `known`: the hash of the picture that the browser already has; then `png` is null if it is still the same.
   */
  logo(
    connectionId: string,
    userId: string | null,
    known: string | null,
  ): Promise<{ hash: string; png: Buffer | null } | null>
}
