export type Closing = () => Promise<unknown>

/** Under this name the test environment lays its list into the sandbox. */
export const closings = 'closingsOfTestFile'

/**
 * Runs `close` after the tests of the file, last registered first. Unlike `afterAll` it also runs when no test of the file was
 * chosen, or when the file fails to load; so a file may open what it needs while it loads.
 */
export function afterFile(close: Closing): void {
  const list = (globalThis as unknown as Record<typeof closings, Closing[]>)[closings]
  list.push(close)
}
