/** The credentials with which the host product itself calls: for its logins and its directory. */
import { hash } from 'node:crypto'
import { Command } from 'commander'
import type { Stores } from '../compose/stores.ts'
import { type AdminCredential, type AdminScope, adminScopes } from '../installs/admin-credential.ts'
import { uuidv7 } from '../installs/ids.ts'
import { newTokenValue } from '../installs/token-value.ts'
import { CliError, newCommand, outputOf, UsageError } from './command.ts'
import { notThere, readId, unknown } from './ids.ts'
import { noDatabase, withStores } from './stores.ts'

const noun = 'admin credential'

export function adminCommand(): Command {
  return new Command('admin')
    .description('create, list and revoke the credentials of the host product')
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(revokeCommand())
}

function createCommand(): Command {
  return newCommand('create', 'create a credential for the host product; it is shown once')
    .requiredOption(
      '--name <name>',
      'what it is for; two of one name can be live, to change from one to the next',
    )
    .requiredOption('--scopes <list>', `comma-separated: ${adminScopes.join(', ')}`)
    .action(async (options: { name: string; scopes: string; json?: boolean }) => {
      const name = options.name.trim()
      if (name === '' || [...name].length > 200) throw new UsageError('--name must have 1 to 200 characters')
      const scopes = readScopes(options.scopes)
      const secret = newTokenValue('lkh_')
      const credential: AdminCredential = {
        ...{ id: uuidv7(), name, scopes, hint: secret.slice(-4) },
        ...{ createdAt: new Date(), revokedAt: null },
      }
      const created = await withStores(async stores =>
        (await storeOf(stores)).create(credential, hash('sha256', secret, 'buffer')),
      )
      if (!created)
        throw new CliError(`There are two live credentials named ${name}; revoke one of them first.`)
      outputOf(options).answer(
        { id: credential.id, name, scopes, secret },
        `id      ${credential.id}\nsecret  ${secret}\nKeep the secret now: it is not shown again.`,
      )
    })
}

function listCommand(): Command {
  return newCommand('list', 'list the live credentials').action(async (options: { json?: boolean }) => {
    let none = 'There is no admin credential.'
    const credentials = await withStores<AdminCredential[]>(
      async stores => (await storeOf(stores)).live(),
      folder => {
        none = `There is no admin credential: ${noDatabase(folder)}.`
        return []
      },
    )
    outputOf(options).answer(
      credentials.map(shown),
      credentials.length === 0
        ? none
        : credentials
            .map(one => `${one.id}  …${one.hint}  ${one.name}  (${one.scopes.join(', ')})`)
            .join('\n'),
    )
  })
}

function revokeCommand(): Command {
  return newCommand('revoke', 'revoke a credential; calls with it fail from the next one on')
    .argument('<id>', 'its id')
    .action(async (text: string, options: { json?: boolean }) => {
      const id = readId(text)
      const revoked = await withStores(
        async stores => (await storeOf(stores)).revoke(id, new Date()),
        notThere(id, noun),
      )
      if (!revoked) throw unknown(id, `live ${noun}`)
      outputOf(options).answer(shown(revoked), `${revoked.name} (…${revoked.hint}) is revoked.`)
    })
}

const shown = ({ id, name, scopes, hint, createdAt, revokedAt }: AdminCredential) => ({
  ...{ id, name, scopes, hint },
  ...{ created_at: createdAt, revoked_at: revokedAt },
})

function readScopes(text: string): AdminScope[] {
  const wanted = text.split(/[\s,]+/).filter(Boolean)
  const bad = wanted.find(one => !(adminScopes as readonly string[]).includes(one))
  if (bad !== undefined || wanted.length === 0)
    throw new UsageError(
      `--scopes must name some of ${adminScopes.join(', ')}; found ${JSON.stringify(bad ?? text)}`,
    )
  return adminScopes.filter(one => wanted.includes(one))
}

async function storeOf(stores: Stores) {
  const [{ adminCredentialStore }, { poolOf }] = await Promise.all([
    import('../storage/postgres/stores/admin-credentials.ts'),
    import('../storage/postgres/pool.ts'),
  ])
  return adminCredentialStore(poolOf(stores.database))
}
