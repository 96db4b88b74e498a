import type { Command } from 'commander'
import { newCommand, outputOf } from './command.ts'

export function doctorCommand(): Command {
  return newCommand(
    'doctor',
    'check database, schema, Redis, keys, issuer and clock, and say what to do',
  ).action(async (options: { json?: boolean }) => {
    const { examine } = await import('./doctor-checks.ts')
    const findings = await examine()
    const ok = findings.every(one => one.ok)
    outputOf(options).answer(
      { ok, checks: findings },
      findings
        .map(
          ({ name, ok, found, advice }) =>
            `${ok ? (advice ? 'warn ' : 'ok   ') : 'FAIL '} ${name.padEnd(9)} ${found}${advice ? `\n      → ${advice}` : ''}`,
        )
        .join('\n'),
    )
    if (!ok) process.exitCode = 1
  })
}
