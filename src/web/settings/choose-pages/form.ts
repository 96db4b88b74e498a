import { readUuid } from '../../../installs/ids.ts'
import { type FormProblem, readPickerForm } from '../../picker/form.ts'

/** The pages ticked and unticked, relative to those that the screen had shown as granted. */
export type ChoiceForm = { add: string[]; withdraw: string[]; ticked: string[]; withdrawUnseen: boolean }

export function readChoice(form: URLSearchParams): ChoiceForm | FormProblem {
  const picked = readPickerForm(form)
  if ('problem' in picked) return picked
  const before = new Set<string>()
  for (const text of form.getAll('before')) {
    const id = readUuid(text)
    if (id === null) return { problem: 'malformed' }
    before.add(id)
  }
  const ticked = new Set(picked.ticked)
  return {
    add: picked.ticked.filter(id => !before.has(id)),
    withdraw: [...before].filter(id => !ticked.has(id)),
    ticked: picked.ticked,
    withdrawUnseen: form.get('withdraw_unseen') === 'yes',
  }
}
