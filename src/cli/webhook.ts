/** Endpoints that are told what happens: of the host product, or of one connection. */
import { Command } from 'commander'
import type { Stores } from '../compose/stores.ts'
import type { Webhooks } from '../compose/webhooks.ts'
import { readConfig } from '../config.ts'
import { partnerTypes, readWebhookUrl, type WebhookEndpoint, webhookTypes } from '../installs/webhook.ts'
import { isNamed } from '../outbound/guarded-fetch.ts'
import { CliError, newCommand, outputOf, UsageError } from './command.ts'
import { notThere, readId, unknown } from './ids.ts'
import { noDatabase, withStores } from './stores.ts'

const noun = 'webhook endpoint'

export function webhookCommand(): Command {
  return new Command('webhook')
    .description('add, list and remove the endpoints that are told what happens')
    .addCommand(addCommand())
    .addCommand(listCommand())
    .addCommand(removeCommand())
}

type Options = { connection?: string; events?: string; json?: boolean }

function addCommand(): Command {
  return newCommand('add', 'tell this address what happens; its signing secret is shown once')
    .argument('<url>', 'its address: https, or a host of OUTBOUND_HOSTS')
    .option('--connection <id>', 'only what concerns the installations of this connection')
    .option('--events <list>', `comma-separated; all by default: ${webhookTypes.join(', ')}`)
    .action(async (text: string, options: Options) => {
      const url = readWebhookUrl(text, isNamed(readConfig().outboundHosts))
      if ('reason' in url) throw new UsageError(`${JSON.stringify(text)} is refused. ${url.reason}`)
      const connection = options.connection === undefined ? null : readId(options.connection, '--connection')
      const types = readTypes(options.events, connection === null ? webhookTypes : partnerTypes)
      const added = await withStores(
        async stores => (await webhooksOf(stores)).add(connection, url, types),
        connection === null ? undefined : notThere(connection),
      )
      if (added.kind === 'unknown') throw unknown(connection!)
      if (added.kind === 'too-many')
        throw new CliError('There are ten endpoints already; remove one of them first.')
      const { id, secret } = added
      outputOf(options).answer(
        { id, url: url.href, connection_id: connection, events: types, secret },
        `id      ${id}\nsecret  ${secret}\nKeep the secret now: it is not shown again.`,
      )
    })
}

function listCommand(): Command {
  return newCommand('list', 'list the endpoints').action(async (options: Options) => {
    let none = 'There is no webhook endpoint.'
    const endpoints = await withStores<WebhookEndpoint[]>(
      async stores => (await webhooksOf(stores)).all(),
      folder => {
        none = `There is no webhook endpoint: ${noDatabase(folder)}.`
        return []
      },
    )
    outputOf(options).answer(
      endpoints.map(shown),
      endpoints.length === 0
        ? none
        : endpoints
            .map(one => `${one.id}  ${one.url}  (${one.connectionId ?? 'host product'}) ${stateOf(one)}`)
            .join('\n'),
    )
  })
}

function removeCommand(): Command {
  return newCommand('remove', 'tell this endpoint nothing more; its deliveries are forgotten')
    .argument('<id>', 'its id')
    .action(async (text: string, options: Options) => {
      const id = readId(text)
      const removed = await withStores(
        async stores => (await webhooksOf(stores)).remove(id),
        notThere(id, noun),
      )
      if (!removed) throw unknown(id, noun)
      outputOf(options).answer(shown(removed), `${removed.url} is told nothing more.`)
    })
}

const stateOf = ({ disabledAt, disabledBecause, failingSince }: WebhookEndpoint) =>
  disabledAt ? `switched off (${disabledBecause})` : failingSince ? 'failing' : 'on'

const shown = (one: WebhookEndpoint) => ({
  ...{ id: one.id, url: one.url, connection_id: one.connectionId, events: one.types },
  ...{ created_at: one.createdAt, failing_since: one.failingSince, disabled_at: one.disabledAt },
  disabled_because: one.disabledBecause,
})

function readTypes<Type extends string>(text: string | undefined, known: readonly Type[]): Type[] {
  if (text === undefined) return []
  const wanted = text.split(/[\s,]+/).filter(Boolean)
  const bad = wanted.find(one => !(known as readonly string[]).includes(one))
  if (bad !== undefined || wanted.length === 0)
    throw new UsageError(
      `--events must name some of ${known.join(', ')}; found ${JSON.stringify(bad ?? text)}`,
    )
  return known.filter(one => wanted.includes(one))
}

async function webhooksOf(stores: Stores): Promise<Webhooks> {
  const { webhooks } = await import('../compose/webhooks.ts')
  return webhooks(stores)
}
