import { sentenceOf } from './command.ts'

/** What one check of `latchkey doctor` found, and what to do where that is not well. */
export type Finding = { name: string; ok: boolean; found: string; advice?: string }
export type Verdict = Omit<Finding, 'name'>

/** The result of one check; one that throws has found what it throws. */
export async function finding(
  name: string,
  check: () => Promise<Verdict>,
  advice?: string,
): Promise<Finding> {
  try {
    return { name, ...(await check()) }
  } catch (error) {
    return { name, ok: false, found: sentenceOf(error), advice }
  }
}
