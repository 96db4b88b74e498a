/** The bearers with which a workspace's directory keeps its people by SCIM. */
import { hash } from 'node:crypto'
import { Command } from 'commander'
import type { Stores } from '../compose/stores.ts'
import { uuidv7 } from '../installs/ids.ts'
import { newTokenValue } from '../installs/token-value.ts'
import type { ScimToken } from '../storage/postgres/stores/scim.ts'
import { newCommand, outputOf } from './command.ts'
import { notThere, readId, unknown } from './ids.ts'
import { noDatabase, withStores } from './stores.ts'

const noun = 'SCIM bearer'

export function scimCommand(): Command {
  return new Command('scim')
    .description('create, list and revoke the bearers of workspaces for SCIM')
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(revokeCommand())
}

function createCommand(): Command {
  return newCommand('create', 'create a bearer for the directory of a workspace; it is shown once')
    .requiredOption('--workspace <id>', 'the workspace whose people it keeps')
    .action(async (options: { workspace: string; json?: boolean }) => {
      const workspaceId = readId(options.workspace, '--workspace')
      const secret = newTokenValue('lkd_')
      const token: ScimToken = { id: uuidv7(), workspaceId, hint: secret.slice(-4), createdAt: new Date() }
      const created = await withStores(
        async stores => (await storeOf(stores)).create(token, hash('sha256', secret, 'buffer')),
        notThere(workspaceId, 'workspace'),
      )
      if (!created) throw unknown(workspaceId, 'workspace')
      outputOf(options).answer(
        { id: token.id, workspace_id: workspaceId, secret },
        `id      ${token.id}\nsecret  ${secret}\nKeep the secret now: it is not shown again.`,
      )
    })
}

function listCommand(): Command {
  return newCommand('list', 'list the live bearers').action(async (options: { json?: boolean }) => {
    let none = 'There is no SCIM bearer.'
    const tokens = await withStores<ScimToken[]>(
      async stores => (await storeOf(stores)).live(),
      folder => {
        none = `There is no SCIM bearer: ${noDatabase(folder)}.`
        return []
      },
    )
    outputOf(options).answer(
      tokens.map(shown),
      tokens.length === 0
        ? none
        : tokens.map(one => `${one.id}  …${one.hint}  ${one.workspaceId}`).join('\n'),
    )
  })
}

function revokeCommand(): Command {
  return newCommand('revoke', 'revoke a bearer; requests with it fail from the next one on')
    .argument('<id>', 'its id')
    .action(async (text: string, options: { json?: boolean }) => {
      const id = readId(text)
      const revoked = await withStores(
        async stores => (await storeOf(stores)).revoke(id, new Date()),
        notThere(id, noun),
      )
      if (!revoked) throw unknown(id, `live ${noun}`)
      outputOf(options).answer(shown(revoked), `The bearer …${revoked.hint} is revoked.`)
    })
}

const shown = ({ id, workspaceId, hint, createdAt }: ScimToken) => ({
  ...{ id, workspace_id: workspaceId, hint, created_at: createdAt },
})

async function storeOf(stores: Stores) {
  const [{ scimTokens }, { poolOf }] = await Promise.all([
    import('../storage/postgres/stores/scim.ts'),
    import('../storage/postgres/pool.ts'),
  ])
  return scimTokens(poolOf(stores.database))
}
