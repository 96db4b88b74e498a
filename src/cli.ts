#!/usr/bin/env node
/** latchkey <command>. */
import { enableCompileCache } from 'node:module'
import path from 'node:path'

// Compiled code is kept beside the packages, where that folder is writable: a command then starts a third sooner.
enableCompileCache(path.resolve(import.meta.dirname, '../node_modules/.cache/latchkey'))
const { runProgram } = await import('./cli/program.ts')
await runProgram()
