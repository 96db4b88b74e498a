import type { Faults } from './error-pages.ts'
import type { Render } from './render.ts'
import type { WorkspaceGate } from './workspace-gate.ts'

/** The parts that every place's screens are built with. */
export type Frame = {
  render: Render
  faults: Faults
  /** Who may enter which workspace. */
  gate: WorkspaceGate
  now(): Date
}
