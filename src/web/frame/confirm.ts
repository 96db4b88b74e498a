import { view } from './render.ts'

/** The question before a destructive change: its effects, and whether it can be undone. */
export type ConfirmPage = {
  heading: string
  lead: string
  /** Each effect as a sentence. */
  effects: string[]
  /** How to undo it, or that it cannot be undone. */
  undo: string
  submit: { label: string; action: string; fields: [name: string, value: string][]; danger: boolean }
  back: { label: string; href: string }
}
export const confirmView = view<ConfirmPage>('settings/confirm')
