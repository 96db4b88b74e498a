import { view } from './render.ts'

/** Asks once before something stops: what will happen, what stops working, and whether it can be undone. */
export type ConfirmPage = {
  heading: string
  lead: string
  /** What will stop, or otherwise be different, one sentence each. */
  effects: string[]
  /** How to come back from it, or that one cannot. */
  undo: string
  submit: { label: string; action: string; fields: [name: string, value: string][]; danger: boolean }
  back: { label: string; href: string }
}
export const confirmView = view<ConfirmPage>('settings/confirm')
