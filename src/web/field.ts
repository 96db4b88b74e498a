/** One text box of a form: what partials/field prints. */
export type Field = {
  name: string
  label: string
  type: 'text' | 'email' | 'password' | 'url' | 'search'
  value: string
  /** A line below the label; null: none. */
  hint: string | null
  /** What is wrong with what was sent; null: nothing. */
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
