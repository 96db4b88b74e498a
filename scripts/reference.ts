/** The pages of docs/reference/: commands from the program itself, variables from config.ts and config/example.env. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Argument, Command, Option } from 'commander'
import { latchkeyProgram } from '../src/cli/program.ts'
import { BadConfig, readConfig } from '../src/config.ts'

/** Each page's text by its path from the project's root. */
export function referencePages(): Record<string, string> {
  return {
    'docs/reference/commands.md': commandsPage(),
    'docs/reference/variables.md': variablesPage(),
  }
}

const madeBy = '<!-- Made by "npm run docs"; edits belong in the code. -->'

function commandsPage(): string {
  const program = latchkeyProgram()
  return `${[
    madeBy,
    '# Commands',
    `${program.description()}. In the checkout: \`npx latchkey <command>\`.`,
    'Every command also takes `--json`, which prints one JSON document on standard output and nothing else, and `--help`. It ' +
      'reads the [variables](variables.md) and works beside a running server. It exits with 0 when done, with 1 on a refusal ' +
      'or an error, with 2 on bad usage, and says why in one sentence on standard error.',
    ...program.commands.flatMap(command => commandParts(command, program.name())),
  ].join('\n\n')}\n`
}

function commandParts(command: Command, above: string): string[] {
  const name = `${above} ${command.name()}`
  if (command.commands.length > 0) return command.commands.flatMap(below => commandParts(below, name))
  const options = command.options.filter(option => !option.hidden && option.long !== '--json')
  if (options.length === command.options.length)
    throw new Error(`${name} takes no --json, as every command must.`)
  const usage = [name, ...command.registeredArguments.map(shownArgument), ...options.map(shownOption)]
  return [
    `## ${name}`,
    `${sentence(command.description())}`,
    `\`\`\`\n${usage.join(usage.join(' ').length > 100 ? '\n    ' : ' ')}\n\`\`\``,
    ...table(
      ['argument or option', 'meaning'],
      [
        ...command.registeredArguments.map(argument => [code(shownArgument(argument)), argument.description]),
        ...options.map(option => [code(option.flags), meaningOf(option)]),
      ],
    ),
  ]
}

const shownArgument = (argument: Argument) =>
  argument.required ? `<${argument.name()}>` : `[${argument.name()}]`
const shownOption = ({ flags, mandatory }: Option) => (mandatory ? flags : `[${flags}]`)

function meaningOf({ description, argChoices, defaultValue }: Option): string {
  const choices = argChoices ? ` (${argChoices.join(', ')})` : ''
  return `${description}${choices}${defaultValue === undefined || `${defaultValue}` === '' ? '' : `; default ${defaultValue}`}`
}

function variablesPage(): string {
  const { expected, required } = readVariables()
  return `${[
    madeBy,
    '# Variables',
    'Variables come from the environment; no file is read by itself. `config/example.env` lists them all: copy it, and load the ' +
      'copy with `set -a; . ./.env; set +a`. An empty variable counts as absent. A bad value stops the start with a message that ' +
      'names the variable, what was found and what is expected; all bad values are named at once.',
    ...readParagraphs().flatMap(({ names, text }) => [
      `## ${names.map(({ name }) => code(name)).join(', ')}`,
      text,
      ...table(
        ['variable', 'value', 'default or example', 'in production'],
        names.map(({ name, value }) => [
          code(name),
          expected.get(name) ?? '',
          value && code(value),
          required.has(name) ? `required: ${required.get(name)}` : '',
        ]),
      ),
    ]),
  ].join('\n\n')}\n`
}

/** The words of config.ts about each variable, for an invalid value, and for its absence in production. */
function readVariables(): { expected: Map<string, string>; required: Map<string, string> } {
  const bad = new Proxy({}, { get: () => '/dev/null/x' })
  const problems = (env: Record<string, string>, pattern: RegExp) =>
    new Map(
      problemsOf(env).flatMap(problem => {
        const [, name, words] = pattern.exec(problem) ?? []
        return name && words ? [[name, words]] : []
      }),
    )
  return {
    expected: problems(bad, /^([A-Z_]+): found .*?, expected (.+)$/s),
    required: problems({ NODE_ENV: 'production' }, /^([A-Z_]+): absent, required in production: (.+)$/s),
  }
}

function problemsOf(env: Record<string, string>): string[] {
  try {
    readConfig(env, { keyFile: true })
  } catch (error) {
    if (error instanceof BadConfig) return error.problems
    throw error
  }
  throw new Error('config.ts accepts every value.')
}

/** The paragraphs of example.env after its first: the words of each, and the variables below them. */
function readParagraphs() {
  const example = readFileSync(path.resolve(import.meta.dirname, '../config/example.env'), 'utf8')
  return example
    .trim()
    .split(/\n\n+/)
    .slice(1)
    .map(paragraph => ({
      text: prose([...paragraph.matchAll(/^# (.*)$/gm)].map(found => found[1]!)),
      names: [...paragraph.matchAll(/^#([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => ({
        name: name!,
        value: value!,
      })),
    }))
}

/** Lines that are indented are examples, each as it is; the others run on. */
function prose(lines: string[]): string {
  const parts: { example: boolean; lines: string[] }[] = []
  for (const line of lines) {
    const example = line.startsWith('  ')
    if (parts.at(-1)?.example !== example) parts.push({ example, lines: [] })
    parts.at(-1)!.lines.push(example ? line.slice(2) : line)
  }
  return parts
    .map(({ example, lines }) => (example ? `\`\`\`\n${lines.join('\n')}\n\`\`\`` : lines.join(' ')))
    .join('\n\n')
}

function table(head: string[], rows: string[][]): string[] {
  if (rows.length === 0) return []
  const line = (cells: string[]) => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [[line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')]
}

const code = (text: string) => `\`${text}\``
const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
