/** The question before a connection is disconnected from a page. */
import type { ConfirmPage } from '../frame/confirm.ts'
import { view } from '../frame/render.ts'
import { urls } from '../urls.ts'
import type { PageConnection } from './readings.ts'
import { shortTitle } from './short-title.ts'

/** Before a grant that was made on this page is withdrawn. For another person's installation it names that person. */
export function withdrawPage(
  workspace: { id: string; name: string },
  page: { id: string; title: string },
  one: PageConnection,
  userId: string,
): ConfirmPage {
  const other = one.installer !== null && one.installer.id !== userId ? one.installer.name : null
  const name = other ? `${one.connection.name} of ${other}` : one.connection.name
  const title = shortTitle(page.title)
  const isLast = one.grants === 1 && one.installer !== null
  const ending = other
    ? [
        `Its tokens for ${other} stop working at once.`,
        `It can no longer work with pages of ${workspace.name} for ${other}.`,
        'Other people’s connections stay as they are.',
      ]
    : [
        'Its tokens for you stop working at once.',
        `It can no longer work with pages of ${workspace.name} for you.`,
      ]
  return {
    heading: isLast ? `Disconnect ${name}` : `Disconnect ${name} from ${title}`,
    lead: isLast
      ? `${title} is the only page that ${name} reaches, so this disconnects ${name} from ${workspace.name}.`
      : `${name} stops reaching ${title} and everything below it, at once.`,
    effects: isLast ? ending : [`Other pages that ${name} reaches stay as they are.`],
    undo: isLast
      ? `To use it again, ${other ? `${other} has` : 'you have'} to connect it again.`
      : 'It can be added to the page again.',
    submit: {
      label: `Disconnect ${one.connection.name}`,
      action: urls.pageDisconnect(workspace.id, page.id, one.installationId),
      fields: isLast ? [['altogether', 'yes']] : [],
      danger: true,
    },
    back: { label: 'Keep it', href: urls.page(workspace.id, page.id) },
  }
}

export type InheritedPage = {
  heading: string
  sentence: string
  /** The page above on which the grant can be withdrawn. */
  there: { label: string; href: string }
  back: { label: string; href: string }
}
export const inheritedView = view<InheritedPage>('pages/inherited')

/** A grant made on a page above is withdrawn there: a single page cannot be taken out of a granted subtree. */
export function inheritedPage(
  workspace: { id: string },
  page: { id: string; title: string },
  one: PageConnection,
): InheritedPage {
  const above = shortTitle(one.through.title)
  return {
    heading: `${one.connection.name} reaches this page through ${above}`,
    sentence: `It was added to ${above} and reaches everything below it, including ${shortTitle(page.title)}. You can disconnect it there, from ${above} and everything below it.`,
    there: {
      label: `Disconnect ${one.connection.name} from ${above}`,
      href: urls.pageDisconnect(workspace.id, one.through.id, one.installationId),
    },
    back: { label: 'Back to the page', href: urls.page(workspace.id, page.id) },
  }
}
