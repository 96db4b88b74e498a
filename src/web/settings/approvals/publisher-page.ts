/** "Add publisher": a host whose documents describe connections, and the question before it is removed. */
import type { ConfirmPage } from '../../frame/confirm.ts'
import { view } from '../../frame/render.ts'
import { type Field, field } from '../../kit/field.ts'
import { urls } from '../../urls.ts'

type Workspace = { id: string; name: string }

export type PublisherPage = { lead: string; host: Field; action: string; back: string }
export const publisherView = view<PublisherPage>('settings/publisher-add')

export function publisherPage(workspace: Workspace, value: string, problem: string | null): PublisherPage {
  return {
    lead: `Members of ${workspace.name} can then connect every application that this host publishes, also those that it publishes later.`,
    host: field('host', 'Publisher', {
      value,
      error: problem,
      hint: 'The host name after “Published by”, such as agent.example.com.',
      required: true,
      autofocus: true,
    }),
    action: urls.approval.addPublisher(workspace.id),
    back: urls.approved(workspace.id),
  }
}

export function removePublisherPage(workspace: Workspace, host: string): ConfirmPage {
  return {
    heading: `Remove ${host}?`,
    lead: `Its applications are no longer approved in ${workspace.name}, unless they are on the approved list themselves.`,
    effects: [
      'Where the policy asks for approval, members can no longer connect them on their own.',
      'Those that are connected stay connected.',
    ],
    undo: 'You can approve the publisher again at any time.',
    submit: {
      label: `Remove ${host}`,
      action: urls.approval.removePublisher(workspace.id),
      fields: [['host', host]],
      danger: true,
    },
    back: { label: 'Keep it', href: urls.approved(workspace.id) },
  }
}
