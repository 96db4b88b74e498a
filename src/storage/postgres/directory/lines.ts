/** Splits a stream of bytes into numbered lines of UTF-8, without holding more than one line and one chunk. */
import { TextDecoder } from 'node:util'

export type NumberedLine = { number: number; text: string }

/** A title of 2,000 characters and 10,000 viewers fit; an endless line must not fill the memory. */
const longestLine = 1_000_000
const newline = 0x0a

/** Where a line is at fault before it can be read; `number` counts from 1, empty lines too. */
export class BadLineAt extends Error {
  readonly number: number
  constructor(number: number, reason: string) {
    super(reason)
    this.number = number
  }
}

/**
 * The lines that are not empty. Only \n ends a line: the separators U+2028 and U+2029 may stand inside JSON.
 * @throws BadLineAt for a line that is too long or no UTF-8.
 */
export async function* splitLines(input: AsyncIterable<Uint8Array>): AsyncGenerator<NumberedLine[]> {
  let number = 0
  let rest = Buffer.alloc(0)
  const decoder = new TextDecoder('utf-8', { fatal: true })

  function decode(bytes: Buffer): NumberedLine[] {
    const lines: NumberedLine[] = []
    const texts = decodeAll(decoder, bytes)
    for (const text of texts ?? decodeEach(decoder, bytes, number)) {
      number += 1
      if (text.length > longestLine) throw new BadLineAt(number, tooLong)
      const line = text.endsWith('\r') ? text.slice(0, -1) : text
      if (line.trim() !== '') lines.push({ number, text: line })
    }
    return lines
  }

  for await (const chunk of input) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : Buffer.from(chunk)
    const end = bytes.lastIndexOf(newline)
    if (end === -1) {
      if (bytes.length > longestLine) throw new BadLineAt(number + 1, tooLong)
      rest = bytes
      continue
    }
    rest = bytes.subarray(end + 1)
    yield decode(bytes.subarray(0, end))
  }
  if (rest.length > 0) yield decode(rest)
}

const tooLong = `it is longer than ${longestLine.toLocaleString('en')} characters`

/** All lines at once; null when some byte is no UTF-8. */
function decodeAll(decoder: TextDecoder, bytes: Buffer): string[] | null {
  try {
    return decoder.decode(bytes).split('\n')
  } catch {
    return null
  }
}

/** Line by line, to find the one that is no UTF-8. */
function* decodeEach(decoder: TextDecoder, bytes: Buffer, before: number): Generator<string> {
  let number = before
  for (let start = 0; start <= bytes.length; ) {
    const found = bytes.indexOf(newline, start)
    const end = found === -1 ? bytes.length : found
    number += 1
    try {
      yield decoder.decode(bytes.subarray(start, end))
    } catch {
      throw new BadLineAt(number, 'it is no UTF-8')
    }
    start = end + 1
  }
}
