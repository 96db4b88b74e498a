import { spawn } from 'node:child_process'
import path from 'node:path'

export type Redrawn = { kind: 'redrawn'; png: Buffer } | { kind: 'refused'; fault: string }

const program = path.join(import.meta.dirname, `redraw${path.extname(import.meta.filename)}`)
const maxMs = 5_000
/** Far more than a PNG of 256 × 256 pixels needs. */
const maxBytes = 1_000_000
const atOnce = 2
const maxWaiting = 20

let running = 0
const waiting: (() => void)[] = []

/**
 * Redraws an uploaded logo as PNG, in a process of its own that is killed after 5 seconds; two at a time.
 * @returns the PNG, or the fault of the file, as the end of a sentence that begins with it.
 */
export async function redrawLogo(file: Buffer): Promise<Redrawn> {
  if (waiting.length >= maxWaiting)
    return { kind: 'refused', fault: 'came at a busy moment; try again in a minute' }
  if (running >= atOnce) await new Promise<void>(resolve => waiting.push(resolve))
  else running++
  try {
    return await redraw(file)
  } finally {
    // The slot goes straight to the next in line, so that a later call cannot take it first.
    const next = waiting.shift()
    if (next) next()
    else running--
  }
}

function redraw(file: Buffer): Promise<Redrawn> {
  return new Promise((resolve, reject) => {
    // Without our environment: it holds keys, and the program needs no variable.
    const child = spawn(process.execPath, ['--no-warnings', program], {
      env: {},
      stdio: 'pipe',
      timeout: maxMs,
      killSignal: 'SIGKILL',
    })
    const png: Buffer[] = []
    let bytes = 0
    let words = ''
    child.on('error', reject)
    child.stdout.on('data', (part: Buffer) => {
      bytes += part.length
      if (bytes > maxBytes) child.kill('SIGKILL')
      else png.push(part)
    })
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      words = (words + part).slice(0, 2_000)
    })
    // The program may exit before it has read the whole file.
    child.stdin.on('error', () => {})
    child.stdin.end(file)
    child.on('close', (code, signal) => {
      if (code === 0 && png.length > 0) resolve({ kind: 'redrawn', png: Buffer.concat(png) })
      else if (code === 3) resolve({ kind: 'refused', fault: words })
      else if (signal) resolve({ kind: 'refused', fault: 'takes too long to draw; make it simpler' })
      else reject(new Error(`the logo program ended with ${code}: ${words}`))
    })
  })
}
