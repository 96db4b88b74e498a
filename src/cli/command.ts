/** What every command has in common: --json, one sentence for a fault, and the exit codes. */
import { Command } from 'commander'
import { BadConfig } from '../config.ts'

/** Something refused or broken, in one sentence for people. Exit 1. */
export class CliError extends Error {}
/** The command line itself is wrong. Exit 2. */
export class UsageError extends Error {}

/** Where a command's answer goes. With --json the document is all that standard output gets. */
export type Output = {
  json: boolean
  /** The answer, once: as a document or as text for people. */
  answer(document: unknown, text: string): void
  /** Words on the way, for people only. */
  say(text: string): void
}

export function newCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--json', 'print one JSON document on standard output, and nothing else')
}

export function outputOf(options: { json?: boolean }): Output {
  const json = options.json === true
  return {
    json,
    answer(document, text) {
      process.stdout.write(json ? `${JSON.stringify(document, null, 2)}\n` : `${plain(text)}\n`)
    },
    say(text) {
      if (!json) process.stdout.write(`${plain(text)}\n`)
    },
  }
}

/** Names are people's own: what a terminal would carry out instead of showing it gives way to a sign that says so. */
export function plain(text: string): string {
  return text.replace(/[^\P{Cc}\n]/gu, '\ufffd')
}

/** Beside the answer, on standard error. */
export function remark(sentence: string): void {
  process.stderr.write(`latchkey: ${plain(sentence)}\n`)
}

/** One sentence for what went wrong, whoever threw it. */
export function sentenceOf(error: unknown): string {
  if (error instanceof BadConfig) return error.message
  if (!(error instanceof Error)) return String(error)
  // A line for each line of the file that is wrong.
  if (error.name === 'ImportRefused') return error.message
  const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number }
  if (code === 'ECONNREFUSED')
    return `Nothing answers at ${address ?? 'the address'}:${port ?? ''}; is the store running?`
  if (code === '57P01') return 'The database was stopped.'
  if (code === 'ENOTFOUND') return `The host of a store is not known: ${error.message}`
  if (error instanceof AggregateError && error.errors.length > 0) return sentenceOf(error.errors[0])
  return (error.message || error.name).split('\n')[0]!
}
