import { expect } from '@jest/globals'
import { APIResponseError, Client, LogLevel } from '@notionhq/client'

/** The unmodified client of the dialect; only its base address is changed. */
export function clientWith(base: string, token?: string): Client {
  return new Client({ auth: token, baseUrl: base, logLevel: LogLevel.ERROR, logger: () => {}, retry: false })
}

/** The client's typed error for a call that must be refused. */
export async function refusalOf(call: Promise<unknown>): Promise<APIResponseError> {
  const fault = await call.then(
    () => null,
    error => error,
  )
  expect(fault).toBeInstanceOf(APIResponseError)
  return fault
}
