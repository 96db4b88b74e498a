/** Splits a stream of bytes into numbered lines of UTF-8, without holding more than one line and one chunk. */
import { TextDecoder } from 'node:util'
import { LineError } from './fields.ts'

/** Counted from 1, empty lines too. A line that cannot be read has an error in place of its text. */
export type NumberedLine = { number: number; text: string | LineError }

/** A title of 2,000 characters and 10,000 viewers fit; an endless line must not fill the memory. */
const maxLineLength = 1_000_000
const newline = 0x0a

/**
 * The lines that are not empty. Only \n ends a line: the separators U+2028 and U+2029 are allowed inside JSON. A line without an
 * end is the last.
 */
export async function* splitLines(input: AsyncIterable<Uint8Array>): AsyncGenerator<NumberedLine[]> {
  let number = 0
  let rest = Buffer.alloc(0)
  const decoder = new TextDecoder('utf-8', { fatal: true })

  function decode(bytes: Buffer): NumberedLine[] {
    const lines: NumberedLine[] = []
    const texts = decodeAll(decoder, bytes)
    for (const text of texts ?? decodeEach(decoder, bytes)) {
      number += 1
      if (typeof text !== 'string' || text.length > maxLineLength) {
        lines.push({ number, text: typeof text === 'string' ? tooLong() : text })
        continue
      }
      const line = text.endsWith('\r') ? text.slice(0, -1) : text
      if (line.trim() !== '') lines.push({ number, text: line })
    }
    return lines
  }

  for await (const chunk of input) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : Buffer.from(chunk)
    const end = bytes.lastIndexOf(newline)
    if (end === -1) {
      if (bytes.length > maxLineLength) return yield [{ number: number + 1, text: tooLong() }]
      rest = bytes
      continue
    }
    rest = bytes.subarray(end + 1)
    yield decode(bytes.subarray(0, end))
  }
  if (rest.length > 0) yield decode(rest)
}

const tooLong = () => new LineError(`it is longer than ${maxLineLength.toLocaleString('en')} characters`)

/** All lines at once; null when some byte is no UTF-8. */
function decodeAll(decoder: TextDecoder, bytes: Buffer): string[] | null {
  try {
    return decoder.decode(bytes).split('\n')
  } catch {
    return null
  }
}

/** Line by line, to find those that are no UTF-8. */
function* decodeEach(decoder: TextDecoder, bytes: Buffer): Generator<string | LineError> {
  for (let start = 0; start <= bytes.length; ) {
    const found = bytes.indexOf(newline, start)
    const end = found === -1 ? bytes.length : found
    yield decodeAll(decoder, bytes.subarray(start, end))?.[0] ?? new LineError('it is no UTF-8')
    start = end + 1
  }
}
