/** The layouts of screens: `flow` is one column with a card, `place` has a left rail and wide content. */
import type { IconName } from '../kit/icons.ts'
import type { Mark } from '../kit/marks.ts'

export type WorkspaceChoice = {
  id: string
  name: string
  mark: Mark
  current: boolean
  /** An optional second line: the role, or the reason why the workspace cannot be chosen. */
  note: string | null
  /** Where it leads when the choices are links; null where they are buttons. */
  href: string | null
}

/** Top right: the current workspace, and the list of all. */
export type Switcher = {
  current: { name: string; mark: Mark }
  choices: WorkspaceChoice[]
  /**
   * null: the choices are links. Otherwise buttons that send the screen's form of that id, with all that was filled in, to
   * `action`, with the chosen workspace in the field `workspace`.
   */
  submit: {
    formId: string
    action: string
    /**
     * The address for Enter in a text box of that form: browsers press the form's first button then, which would be a
     * workspace. null: the form has no text box.
     */
    enter: string | null
  } | null
}

export type RailEntry = {
  label: string
  href: string
  icon: IconName
  current: boolean
  count: number | null
}
export type Rail = {
  /** null: the place belongs to no workspace (the gallery, the developer hub). */
  workspace: { name: string; mark: Mark } | null
  sections: { heading: string | null; entries: RailEntry[] }[]
  /** The current entry: on a narrow screen it names the button that opens the rail. */
  here: { label: string; icon: IconName }
}

export type Crumb = { label: string; href: string | null }

export type FlowLayout = {
  frame: 'flow'
  /** For the browser's tab; the product's name is added. */
  title: string
  switcher: Switcher | null
}

export type SettingsLayout = {
  frame: 'place'
  title: string
  switcher: Switcher | null
  rail: Rail
  crumbs: Crumb[]
}

export type Layout = FlowLayout | SettingsLayout
