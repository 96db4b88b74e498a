/**
 * Choosing the pages of an installation after the install, with the picker of the flow: members choose among all pages that
 * they reach, owners among the granted ones. The plain address starts anew; the controls come back to it with the ticks so far.
 */

import Router from '@koa/router'
import type { changePages, PagesChanged } from '../../../installs/actions/change-pages.ts'
import type { Frame } from '../../frame/frame.ts'
import type { Words } from '../../frame/refusals.ts'
import { actionContextOf, type WorkspaceVisit } from '../../frame/workspace-gate.ts'
import { mustBeSignedIn } from '../../http/require-sign-in.ts'
import { seeOther } from '../../http/see-other.ts'
import type { WebContext, WebState } from '../../http/state.ts'
import { pagesWords } from '../../kit/words.ts'
import { type Pressed, pickerControls } from '../../picker/controls.ts'
import { type Drafts, noEnd, type Picks, picksOf, withPicks } from '../../picker/draft.ts'
import { tickLimit } from '../../picker/form.ts'
import { readTreeOrResults } from '../../picker/lists.ts'
import type { CountLimits, PickerReadings } from '../../picker/readings.ts'
import { sumOf } from '../../picker/sum.ts'
import { readChoice } from './form.ts'
import { type ChoiceWords, choicePage, choiceView } from './page.ts'

/** A person who chooses the pages of one installation. */
export type Choice = {
  visit: WorkspaceVisit
  installationId: string
  /** The screen's address. */
  base: string
  words: ChoiceWords
  /** Ids of granted pages that cannot be shown to them. */
  unseen: string[]
}

/** One of the two screens: of members or of owners. */
export type ChoiceScreen = {
  /** The pattern of its address. */
  prefix: string
  navItem: 'my-connections' | 'connections'
  readings: PickerReadings
  /** null: answered already. */
  enter(ctx: WebContext): Promise<Choice | null>
  /** The address after the change. */
  after(choice: Choice, outcome: Exclude<PagesChanged['kind'], 'unknown'>): string
}

export type ChoiceNeeds = Frame & {
  countLimits: CountLimits
  drafts: Drafts
  changePages: ReturnType<typeof changePages>
}

const draftMs = 3_600_000

export function choosePages(needs: ChoiceNeeds, screen: ChoiceScreen): Router<WebState> {
  const router = new Router<WebState>()
  // With the path: without one it would apply to every route that is registered after this one.
  router.use(screen.prefix, mustBeSignedIn)
  router.get(screen.prefix, ctx => arrive(needs, screen, ctx))
  router.post(`${screen.prefix}/save`, ctx => save(needs, screen, ctx))
  const controls = pickerControls(screen.prefix, {
    ...needs,
    readings: screen.readings,
    press: (ctx, change) => press(needs, screen, ctx, change),
    lists: async ctx => {
      const choice = await screen.enter(ctx)
      return choice && (await read(needs, screen, choice, await kept(needs, choice))).lists
    },
  })
  router.use(controls.routes())
  return router
}

async function arrive(needs: ChoiceNeeds, screen: ChoiceScreen, ctx: WebContext): Promise<void> {
  const choice = await screen.enter(ctx)
  if (!choice) return
  if (ctx.query.kept === undefined) await keep(needs, choice, null)
  await show(needs, screen, ctx, choice, null)
}

async function show(
  needs: ChoiceNeeds,
  screen: ChoiceScreen,
  ctx: WebContext,
  choice: Choice,
  problem: string | null,
): Promise<void> {
  const { visit, base, words } = choice
  const picks = await kept(needs, choice)
  const { lists, reading } = await read(needs, screen, choice, picks)
  const model = choicePage({
    words,
    base,
    workspaceId: visit.workspace.id,
    reading,
    lists,
    sum: sumOf(reading, needs.countLimits),
    searched: picks.search?.words ?? '',
    unseen: choice.unseen.length,
    problem,
  })
  const layout = needs.gate.layout(visit, {
    title: words.title,
    navItem: screen.navItem,
    crumbs: words.crumbs,
  })
  needs.render.screen(ctx, choiceView, model, layout)
}

function read(needs: ChoiceNeeds, screen: ChoiceScreen, choice: Choice, picks: Picks) {
  const parts = { readings: screen.readings, countLimits: needs.countLimits }
  return readTreeOrResults(parts, choice.base, choice.words.headings, contextOf(choice), picks)
}

/** The picker asks about the installation, not about a connection. */
function contextOf({ visit, installationId }: Choice) {
  return { workspaceId: visit.workspace.id, userId: visit.user.id, connectionId: installationId }
}

async function press(
  needs: ChoiceNeeds,
  screen: ChoiceScreen,
  ctx: WebContext,
  change?: (picks: Picks) => Partial<Picks>,
): Promise<Pressed | null> {
  const choice = await screen.enter(ctx)
  const form = choice && readForm(needs, ctx, choice)
  if (!choice || !form) return null
  const before = await kept(needs, choice)
  const picks = { ...before, ticked: form.ticked, ...change?.(before) }
  await keep(needs, choice, picks, change ? 'all' : 'ticks')
  return { base: choice.base, screen: `${choice.base}?kept`, context: contextOf(choice), picks }
}

async function save(needs: ChoiceNeeds, screen: ChoiceScreen, ctx: WebContext): Promise<void> {
  const choice = await screen.enter(ctx)
  const form = choice && readForm(needs, ctx, choice)
  if (!choice || !form) return
  const { visit, installationId, unseen } = choice
  const withdraw = form.withdrawUnseen ? [...form.withdraw, ...unseen] : form.withdraw
  const outcome = await needs.changePages(actionContextOf(ctx, visit), {
    installationId,
    add: form.add,
    withdraw,
  })
  if ('code' in outcome && outcome.code === 'no-pages') {
    await keep(needs, choice, { ...(await kept(needs, choice)), ticked: form.ticked })
    ctx.status = 400
    return show(needs, screen, ctx, choice, 'Tick at least one page. To remove all of them, disconnect it.')
  }
  if ('code' in outcome) return needs.faults.refuse(ctx, outcome.code)
  if (outcome.kind === 'unknown') return needs.faults.notFound(ctx)
  await keep(needs, choice, null)
  seeOther(ctx, screen.after(choice, outcome.kind))
}

/** null: answered with the problem. */
function readForm(needs: ChoiceNeeds, ctx: WebContext, choice: Choice) {
  const form = readChoice(ctx.state.form)
  if (!('problem' in form)) return form
  if (form.problem === 'malformed') needs.faults.badForm(ctx, 'malformed')
  else needs.faults.show(ctx, tooMany, { label: 'Choose pages', href: choice.base })
  return null
}

const tooMany: Words = {
  status: 413,
  title: 'Too many pages',
  sentence: `Up to ${pagesWords(tickLimit)} can be ticked. No changes were made.`,
  next: 'Tick a page above them instead: it includes everything below it.',
}

const uidOf = ({ installationId }: Choice) => `pages-of-${installationId}`

async function kept({ drafts }: ChoiceNeeds, choice: Choice): Promise<Picks> {
  const draft = await drafts.read({ uid: uidOf(choice) }, choice.visit.user.id)
  return picksOf(draft, choice.visit.workspace.id)
}

/** `picks` null: start from the granted pages again. */
async function keep(
  { drafts, now }: ChoiceNeeds,
  choice: Choice,
  picks: Picks | null,
  what: 'all' | 'ticks' = 'all',
): Promise<void> {
  const { user, workspace } = choice.visit
  const empty = { workspaceId: workspace.id, picks: {}, declined: {}, end: noEnd }
  const flow = { uid: uidOf(choice), expiresAt: new Date(now().getTime() + draftMs) }
  const draft = picks ? withPicks(empty, workspace.id, picks) : empty
  if (what === 'all') await drafts.write(flow, user.id, draft)
  else await drafts.writeTicks(flow, user.id, draft)
}
