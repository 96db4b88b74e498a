import { describe, expect, it } from '@jest/globals'
import { readUuid, uuidv7 } from '../../src/installs/ids.ts'

describe('an id', () => {
  it('sorts behind every id made before it, also within one millisecond', () => {
    const ids = Array.from({ length: 10_000 }, uuidv7)
    expect(ids.filter((id, at) => at > 0 && id <= ids[at - 1]!)).toEqual([])
  })

  it('is a version 7 UUID that begins with the time it was made', () => {
    const before = Date.now()
    const id = uuidv7()
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    const at = Number.parseInt(id.slice(0, 13).replace('-', ''), 16)
    expect(at).toBeGreaterThanOrEqual(before)
  })

  it('is read with or without dashes and in any case, and is otherwise none', () => {
    const id = uuidv7()
    for (const form of [id, id.toUpperCase(), id.replaceAll('-', '')]) expect(readUuid(form)).toBe(id)
    for (const wrong of ['', id.slice(1), `${id}0`, id.replace('-', ''), 5, null])
      expect(readUuid(wrong)).toBeNull()
  })
})
