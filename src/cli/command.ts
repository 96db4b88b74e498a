/** Shared by all commands: --json, one sentence per error, and the exit codes. */
import { Command } from 'commander'
import { BadConfig } from '../config.ts'

/** A refusal or an error, in one sentence. Exit code 1. */
export class CliError extends Error {}
/** Wrong usage. Exit code 2. */
export class UsageError extends Error {}

/** A command's output. With --json, standard output contains the document only. */
export type Output = {
  json: boolean
  /** Prints the result, once: the document with --json, else the text. */
  answer(document: unknown, text: string): void
  /** Prints progress; silent with --json. */
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

/** Replaces control characters, which users may put into names, so that the terminal does not execute them. */
export function plain(text: string): string {
  return text.replace(/[^\P{Cc}\n]/gu, '\ufffd')
}

/** Prints to standard error. */
export function remark(sentence: string): void {
  process.stderr.write(`latchkey: ${plain(sentence)}\n`)
}

/** An error of any origin in one sentence. */
export function sentenceOf(error: unknown): string {
  if (error instanceof BadConfig) return error.message
  if (!(error instanceof Error)) return String(error)
  // One line for each bad line of the file.
  if (error.name === 'ImportRefused') return error.message
  const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number }
  if (code === 'ECONNREFUSED')
    return `Nothing answers at ${address ?? 'the address'}:${port ?? ''}; is the store running?`
  if (code === '57P01') return 'The database was stopped.'
  if (code === 'ENOTFOUND') return `The host of a store is not known: ${error.message}`
  if (error instanceof AggregateError && error.errors.length > 0) return sentenceOf(error.errors[0])
  return (error.message || error.name).split('\n')[0]!
}
