/** The checks of `latchkey doctor`. Each reports its finding and, after a failure, the remedy. */
import { type Config, readConfig } from '../config.ts'
import { listSigningKeys } from '../oidc/keys.ts'
import { sentenceOf } from './command.ts'
import { examineDatabase } from './doctor-database.ts'
import { type Finding, finding, type Verdict } from './doctor-finding.ts'
import { examineRedis } from './doctor-redis.ts'

/** @throws BadConfig */
export async function examine(): Promise<Finding[]> {
  const config = readConfig()
  const findings = await examineDatabase(config)
  findings.push(await finding('redis', () => examineRedis(config.redisUrl)))
  findings.push(await finding('keys', () => examineKeys(config)))
  findings.push(await finding('issuer', () => examineIssuer(config)))
  return findings
}

async function examineKeys(config: Config): Promise<Verdict> {
  try {
    const signing = await listSigningKeys(config)
    if (config.signingKeys && signing.length === 0)
      throw new Error(`SIGNING_KEYS: there is no file ${config.signingKeys}`)
    const secrets = config.secretKeys ?? []
    if (new Set(secrets.map(key => key.toString('hex'))).size < secrets.length)
      return { ok: false, found: 'SECRET_KEYS names one key twice', advice: 'Leave it out once.' }
    const own = 'made under DATA_DIR at the first start'
    const found =
      `signing: ${signing.length > 0 ? count(signing.length, 'key') : own}; ` +
      `secret: ${secrets.length > 0 ? count(secrets.length, 'key') : own}`
    return { ok: true, found }
  } catch (error) {
    return { ok: false, found: sentenceOf(error), advice: 'Make a key file with "latchkey keys rotate".' }
  }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

/**
 * Does the public address lead to a server with these keys? Another server may have the same address, as on a developer's machine.
 * Meaningful only on a host of the server.
 */
async function examineIssuer(config: Config): Promise<Verdict> {
  const { issuer, production } = config
  const address = `${issuer}/.well-known/oauth-authorization-server`
  try {
    const answer = await fetch(address, { redirect: 'manual', signal: AbortSignal.timeout(5_000) })
    const metadata = (await answer.json().catch(() => null)) as Metadata | null
    if (answer.status === 200 && metadata?.issuer === issuer)
      return (await servesOurKeys(metadata, config))
        ? { ok: true, found: `${issuer} leads to a server with these keys` }
        : {
            ok: false,
            found: `${issuer} leads to a server with other keys than those of ${config.signingKeys ?? config.dataDir}`,
            advice:
              'Set DATA_DIR or SIGNING_KEYS to what that server runs with, or ISSUER to the address of yours.',
          }
    return {
      ok: false,
      found: `${address} answers ${answer.status}${metadata?.issuer ? ` for the issuer ${metadata.issuer}` : ''}`,
      advice: 'Let the proxy pass every path on unchanged, and set ISSUER to the address that people see.',
    }
  } catch {
    return production
      ? {
          ok: false,
          found: `nothing answers at ${issuer}`,
          advice: 'Start the server, or see that the name and the certificate of ISSUER lead to it.',
        }
      : { ok: true, found: `${issuer}; the server is not running` }
  }
}

type Metadata = { issuer?: string; jwks_uri?: string }

/** One common key is enough: after a rotation, the server loads the new keys at its next start. */
async function servesOurKeys({ jwks_uri }: Metadata, config: Config): Promise<boolean> {
  const answer = await fetch(jwks_uri ?? '', { redirect: 'manual', signal: AbortSignal.timeout(5_000) })
  const served = ((await answer.json()) as { keys: { kid?: string }[] }).keys.map(key => key.kid)
  return (await listSigningKeys(config)).some(key => served.includes(key.kid))
}
