/** One text box of a form, printed by partials/field. */
export type Field = {
  name: string
  label: string
  type: 'text' | 'email' | 'password' | 'url' | 'search'
  value: string
  /** An optional line below the label. */
  hint: string | null
  /** The problem with the submitted value, if any. */
  error: string | null
  /** For the browser's memory (HTML "autofill detail tokens"), or "off". */
  autocomplete: string
  required: boolean
  autofocus: boolean
}

export function field(name: string, label: string, more: Partial<Field> = {}): Field {
  const blank = { value: '', hint: null, error: null, autocomplete: 'off', required: false, autofocus: false }
  return { name, label, type: 'text', ...blank, ...more }
}

/** A text box of several lines (partials/text-area). */
export type TextArea = Pick<Field, 'name' | 'label' | 'value' | 'hint' | 'required'> & {
  rows: number
  /** Several problems, for a box of many lines. */
  errors: string[]
  /** Set in the letters of code, and kept from being corrected. */
  code: boolean
}

/** Boxes to tick, or to choose one of (partials/choices). */
export type Choices = {
  name: string
  legend: string
  type: 'checkbox' | 'radio'
  hint: string | null
  error: string | null
  options: { value: string; label: string; hint: string | null; checked: boolean }[]
}

/** One of a list (partials/select). */
export type Select = {
  name: string
  label: string
  hint: string | null
  error: string | null
  options: { value: string; label: string; selected: boolean }[]
}
