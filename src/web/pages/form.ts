import { readUuid } from '../../installs/ids.ts'
import type { WebContext } from '../http/state.ts'
import type { Windows } from '../picker/readings.ts'

/** Nodes that can be open at once. */
export const openLimit = 40

/** `open` is a node, or a node and the child after which its list goes on. Values that are no ids are left out. */
export function readWindows(query: WebContext['query']): Windows {
  const open = [query.open ?? []]
    .flat()
    .slice(0, openLimit)
    .flatMap(text => {
      const [node, after] = text.split('.')
      const id = readUuid(node)
      return id ? [{ id, after: readUuid(after) }] : []
    })
  return { open, sharedAfter: readUuid(query.shared), privateAfter: readUuid(query.private) }
}
