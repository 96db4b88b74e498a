import type { Layout } from '../../src/web/frame/layout.ts'
import type { View } from '../../src/web/frame/render.ts'

/** A view with empty, usual and crowded models. */
export type Fixture = { file: string; cases: Record<string, { model: object; layout: Layout | null }> }

/** Declares a view's cases; the compiler checks each against the view's model. Without a layout: a fragment. */
export function fixture<Model extends object>(
  view: View<Model>,
  layout: Layout | null,
  cases: Record<string, Model>,
): Fixture {
  return {
    file: view.file,
    cases: Object.fromEntries(Object.entries(cases).map(([name, model]) => [name, { model, layout }])),
  }
}

/** A hostile name. */
export const hostile = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>\u202e\u2067`
export const longName = 'Department of Extraordinarily Long and Carefully Chosen Workspace Names and Titles'
export const longWord = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'
export const rightToLeft = 'مساحة عمل الفريق العربي'
