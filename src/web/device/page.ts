import { view } from '../frame/render.ts'
import { type Field, field } from '../kit/field.ts'
import { urls } from '../urls.ts'

export type CodePage = { code: Field; action: string }
export const codeView = view<CodePage>('device/code')

/** @param problem with the code that was entered; null: none was. */
export function codePage(value: string, problem: string | null): CodePage {
  return {
    action: urls.device,
    code: field('code', 'Code', {
      value,
      hint: 'Eight letters, such as BCDF-GHJK. Capitals and the dash do not matter.',
      error: problem,
      required: true,
      autofocus: true,
    }),
  }
}

export type OutcomePage = { heading: string; sentence: string }
export const outcomeView = view<OutcomePage>('device/outcome')

export const outcomes = {
  allowed: {
    heading: 'Go back to your device',
    sentence:
      'It has the access that you allowed, and goes on within a few seconds. You can close this page.',
  },
  denied: {
    heading: 'Access was not allowed',
    sentence: 'The device gets no access, and learns this within a few seconds. You can close this page.',
  },
  over: {
    heading: 'This request is over',
    sentence: 'It was answered already, or took longer than 15 minutes. Ask your device for another code.',
  },
} satisfies Record<string, OutcomePage>
