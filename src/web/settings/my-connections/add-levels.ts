/** The page on which a member adds access levels. Partners and agents link to it when a token lacks one. */
import type { addCapabilities } from '../../../installs/actions/add-capabilities.ts'
import { type Capability, isCapability } from '../../../installs/capability.ts'
import { isLive } from '../../../installs/installation.ts'
import type { Frame } from '../../frame/frame.ts'
import { withNotice } from '../../frame/notice.ts'
import { view } from '../../frame/render.ts'
import { actionContextOf, type WorkspaceVisit } from '../../frame/workspace-gate.ts'
import { seeOther } from '../../http/see-other.ts'
import type { WebContext } from '../../http/state.ts'
import type { Choices } from '../../kit/field.ts'
import { levelsOf } from '../../kit/levels.ts'
import { urls } from '../../urls.ts'
import type { InstallationReading } from '../connections/readings.ts'
import type { LevelsReading, MyConnectionsReadings } from './readings.ts'

export type AddLevelsNeeds = Frame & {
  readings: Pick<MyConnectionsReadings, 'levels'>
  addCapabilities: ReturnType<typeof addCapabilities>
}

/** The member's own installation. */
export type OwnInstallation = { visit: WorkspaceVisit; installation: InstallationReading }

export type LevelsPage = {
  heading: string
  lead: string
  choices: Choices
  effects: string[]
  undo: string
  submit: { label: string; action: string }
  back: { label: string; href: string }
}
export const levelsView = view<LevelsPage>('settings/levels')

export async function askAboutLevels(needs: AddLevelsNeeds, ctx: WebContext, own: OwnInstallation) {
  const { visit, installation } = own
  const { id: workspaceId } = visit.workspace
  const list = urls.myConnections(workspaceId)
  if (!isLive(installation)) return seeOther(ctx, withNotice(list, 'already'))
  const asked = [ctx.query.add].flat().filter(isLevel)
  const found = await needs.readings.levels(workspaceId, installation.id)
  if (!found || asked.some(one => !found.registered.includes(one)))
    return needs.faults.refuse(ctx, 'capability-not-registered')
  const isDone = asked.length > 0 && asked.every(one => found.added.includes(one))
  if (isDone || offered(found, asked).length === 0) return seeOther(ctx, withNotice(list, 'level-already'))
  const title = `Allow ${installation.connection.name} more`
  const crumbs = [
    { label: 'My connections', href: list },
    { label: title, href: null },
  ]
  const layout = needs.gate.layout(visit, { title, navItem: 'my-connections', crumbs })
  needs.render.screen(ctx, levelsView, levelsPage(visit.workspace, installation, found, asked), layout)
}

export async function doAddLevels(
  needs: AddLevelsNeeds,
  ctx: WebContext,
  { visit, installation }: OwnInstallation,
): Promise<void> {
  const wanted = ctx.state.form.getAll('levels').filter(isLevel)
  const list = urls.myConnections(visit.workspace.id)
  if (wanted.length === 0) return seeOther(ctx, withNotice(list, 'level-none'))
  const outcome = await needs.addCapabilities(actionContextOf(ctx, visit), installation.id, wanted)
  if (outcome.kind === 'refused') return needs.faults.refuse(ctx, outcome.code)
  if (outcome.kind === 'unknown') return needs.faults.notFound(ctx)
  const notice = { added: 'level-added', already: 'level-already', ended: 'already' }[outcome.kind]
  seeOther(ctx, withNotice(list, notice))
}

const isLevel = (value: unknown): value is Capability => typeof value === 'string' && isCapability(value)

/** A token may lack a level that the installation has, where its scope was narrower: then it is offered as well. */
function offered({ allowed, added, registered }: LevelsReading, asked: readonly Capability[]): Capability[] {
  return registered.filter(one => !added.includes(one) && (!allowed.includes(one) || asked.includes(one)))
}

export function levelsPage(
  workspace: { id: string; name: string },
  installation: { id: string; connection: { name: string } },
  found: LevelsReading,
  asked: readonly Capability[],
): LevelsPage {
  const { name } = installation.connection
  return {
    heading: `Allow ${name} more?`,
    lead: `Choose what ${name} may do in ${workspace.name} beside what you allowed it before.`,
    choices: {
      name: 'levels',
      legend: 'This connection will also be able to',
      type: 'checkbox',
      hint: null,
      error: null,
      options: levelsOf(offered(found, asked), workspace.name).map(({ capability, words, mark }) => ({
        value: capability,
        label: words,
        hint: mark,
        checked: asked.includes(capability),
      })),
    },
    effects: [
      'It reaches the same pages as before.',
      'This counts on every device on which you use it, from its next request on.',
    ],
    undo: `To take it back, disconnect ${name}, or connect it again with fewer levels.`,
    submit: { label: 'Allow', action: urls.myConnection.levels(workspace.id, installation.id) },
    back: { label: 'Not now', href: urls.myConnections(workspace.id) },
  }
}
