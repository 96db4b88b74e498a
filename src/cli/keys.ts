import { Command } from 'commander'
import { readConfig } from '../config.ts'
import type { ListedKey } from '../oidc/keys.ts'
import { newCommand, outputOf } from './command.ts'

export function keysCommand(): Command {
  return new Command('keys')
    .description('list and rotate the signing keys')
    .addCommand(
      newCommand('list', 'list the signing keys and the role of each').action(
        async (options: { json?: boolean }) => {
          const { listSigningKeys } = await import('../oidc/keys.ts')
          show(await listSigningKeys(readConfig()), options)
        },
      ),
    )
    .addCommand(
      newCommand(
        'rotate',
        'rotate: the next key signs after a restart, the previous one stays published, a new next key is added',
      ).action(async (options: { json?: boolean }) => {
        const { rotateSigningKeys } = await import('../oidc/keys.ts')
        show(await rotateSigningKeys(readConfig(), new Date()), options)
      }),
    )
}

const meaning = {
  signs: 'signs',
  next: 'published, signs after the next rotation',
  previous: 'signed before',
}

function show(keys: ListedKey[], options: { json?: boolean }): void {
  outputOf(options).answer(
    keys.map(({ kid, alg, role, createdAt }) => ({ kid, alg, role, created_at: createdAt.toISOString() })),
    keys.length === 0
      ? 'There are no signing keys yet; "latchkey start" makes them, or "latchkey keys rotate".'
      : keys
          .map(
            key =>
              `${key.kid}  ${key.alg}  ${key.createdAt.toISOString().slice(0, 10)}  ${meaning[key.role]}`,
          )
          .join('\n'),
  )
}
