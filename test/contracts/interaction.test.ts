import { hash, randomBytes } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { authorizationCodes } from '../../src/oidc/endpoints/authorization-code.ts'
import { adapterFactory } from '../../src/oidc/library/adapter.ts'
import { memoryShortLived } from '../../src/storage/memory/short-lived.ts'

const unused = () => Promise.reject(new Error('a flow under way is not durable'))
const flows = () =>
  adapterFactory({
    issuer: 'https://latchkey.invalid',
    authorizations: { openAuthorization: unused, readAuthorization: unused, saveCode: unused },
    shortLived: memoryShortLived(),
  })('Interaction')

describe('a request that waits', () => {
  it('takes an answer, and another one while nobody has gone on with it', async () => {
    const kept = flows()
    await kept.upsert('one', { kind: 'Interaction' }, 60)
    for (const grantId of ['first', 'second'])
      await kept.upsert('one', { kind: 'Interaction', result: { consent: { grantId } } }, 60)
    expect(await kept.find('one')).toMatchObject({ result: { consent: { grantId: 'second' } } })
  })

  it('is not brought back by an answer that comes after somebody has gone on with it', async () => {
    const kept = flows()
    await kept.upsert('one', { kind: 'Interaction' }, 60)
    await kept.destroy('one')
    const late = kept.upsert('one', { kind: 'Interaction', result: { consent: { grantId: 'late' } } }, 60)
    await expect(late).rejects.toMatchObject({ error_description: 'the request is over' })
    expect(await kept.find('one')).toBeUndefined()
  })
})

describe('the code of an authorization', () => {
  it('stays the one that was issued when the secret keys change their order', () => {
    const keys = [randomBytes(32), randomBytes(32)]
    const codeOf = authorizationCodes(keys)
    const issued = codeOf('an authorization', null)
    keys.reverse()
    expect(codeOf('an authorization', null)).not.toBe(issued)
    expect(codeOf('an authorization', hash('sha256', issued, 'buffer'))).toBe(issued)
  })
})
