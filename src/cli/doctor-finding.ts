import { sentenceOf } from './command.ts'

/** The finding of one check of `latchkey doctor`, and the remedy. With a remedy a good finding is a warning. */
export type Finding = { name: string; ok: boolean; found: string; advice?: string }
export type Verdict = Omit<Finding, 'name'>

/** The result of one check; an error that it throws is its finding. */
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
