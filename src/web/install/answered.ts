/** The page for a user who comes back to the screens of a flow that they have answered. */
import type { Words } from '../frame/refusals.ts'
import type { Answered } from '../picker/draft.ts'
import { urls } from '../urls.ts'

export type AnsweredPage = { words: Words; action: { label: string; href: string } }

/** `partner`: the connection's name; null after its deletion. */
export function answeredPage({ answer, workspaceId }: Answered, partner: string | null): AnsweredPage {
  const name = partner ?? 'the application'
  const words = answer === 'allowed' ? allowed(name) : cancelled(name)
  const action =
    answer === 'allowed' && workspaceId
      ? { label: 'See your connections', href: urls.myConnections(workspaceId) }
      : { label: 'Go to the start page', href: urls.home }
  return { words, action }
}

const allowed = (name: string): Words => ({
  status: 410,
  title: 'You have allowed access already',
  sentence: `Your answer was sent to ${name} once; it is not sent or installed a second time.`,
  next: `Go back to ${name} and see whether it is connected. If it is not, start again from there; your new answer then replaces this one.`,
})

const cancelled = (name: string): Words => ({
  status: 410,
  title: 'You have cancelled this',
  sentence: `When you cancelled, ${name} was told that you did not allow access. No changes were made.`,
  next: `To connect it after all, go back to ${name} and start again there.`,
})
