/** The client secrets of a connection. It may have two, so that a partner can switch without downtime. */
import type { Command } from 'commander'
import type { Stores } from '../compose/stores.ts'
import { CliError, newCommand, outputOf, UsageError } from './command.ts'
import { byOperator, idMeaning, notThere, readId, unknown } from './ids.ts'
import { withStores } from './stores.ts'

export function rotateSecretCommand(): Command {
  return newCommand(
    'rotate-secret',
    'create another client secret; the current one is valid until it is revoked',
  )
    .argument('<id>', idMeaning)
    .action(async (text: string, options: { json?: boolean }) => {
      const id = readId(text)
      const rotated = await withStores(
        async stores => (await actionsOf(stores)).rotate(byOperator(id)),
        notThere(id),
      )
      if (rotated.kind === 'unknown') throw unknown(id)
      if (rotated.kind === 'refused')
        throw new CliError(
          rotated.code === 'two-secrets'
            ? 'It has two secrets already; revoke one of them first (latchkey connection revoke-secret).'
            : 'A public or internal connection has no client secret.',
        )
      outputOf(options).answer(
        { id, client_id: id, client_secret: rotated.secret },
        `client_secret  ${rotated.secret}\nKeep it now: it is not shown again.`,
      )
    })
}

export function revokeSecretCommand(): Command {
  return newCommand('revoke-secret', 'revoke a client secret; tokens issued with it stay valid')
    .argument('<id>', idMeaning)
    .argument('<ending>', "the secret's last four characters")
    .action(async (text: string, ending: string, options: { json?: boolean }) => {
      const id = readId(text)
      if (!/^[0-9A-Za-z]{4}$/.test(ending))
        throw new UsageError(`The ending must be the secret's last four characters, not more (see --help)`)
      const left = await withStores(stores => revoke(stores, id, ending), notThere(id))
      outputOf(options).answer(
        { id, client_id: id, revoked: ending, secrets_left: left },
        `The secret that ends in ${ending} is revoked. ` +
          (left > 0 ? 'One is left.' : 'None is left: "latchkey connection rotate-secret" makes another.'),
      )
    })
}

/** @returns how many are left. */
async function revoke(stores: Stores, id: string, ending: string): Promise<number> {
  const [{ readConnectionFacts }, { poolOf }] = await Promise.all([
    import('../storage/postgres/queries/developers/connection.ts'),
    import('../storage/postgres/pool.ts'),
  ])
  const facts = await readConnectionFacts(poolOf(stores.database))(id)
  if (!facts) throw unknown(id)
  const found = facts.secrets.find(secret => secret.hint === ending)
  const revoked = found && (await (await actionsOf(stores)).revoke(byOperator(id), found.id))
  if (revoked?.kind !== 'revoked')
    throw new CliError(
      facts.secrets.length === 0
        ? `The connection ${id} has no secret.`
        : `No secret of it ends in ${ending}; it has ${facts.secrets.map(one => `…${one.hint}`).join(' and ')}.`,
    )
  return facts.secrets.length - 1
}

async function actionsOf(stores: Stores) {
  return (await import('../compose/developers.ts')).developerActions(stores)
}
