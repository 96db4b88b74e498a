/** TLS to PostgreSQL, with the meaning that libpq gives to `sslmode`; the driver's own reading of it differs and will change. */
import { readFileSync } from 'node:fs'
import { BadAddress } from '../bad-address.ts'

export type TlsSettings = {
  rejectUnauthorized: boolean
  ca?: string
  cert?: string
  key?: string
  passphrase?: string
  checkServerIdentity?(): undefined
}

const modes = ['disable', 'require', 'verify-ca', 'verify-full'] as const
const known = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'sslpassword', 'sslnegotiation']

/**
 * @returns false for no TLS, the default.
 * @throws BadAddress for a word that is unknown, and for a file that cannot be read.
 */
export function readTls(settings: URLSearchParams): TlsSettings | false {
  for (const name of settings.keys())
    if (name.startsWith('ssl') && !known.includes(name))
      throw new BadAddress(`no ${name}: of TLS ${known.join(', ')} are read`)
  const mode = readMode(settings)
  if (mode === 'disable') return false
  const root = settings.get('sslrootcert')
  // "system" are the authorities that Node trusts, NODE_EXTRA_CA_CERTS among them.
  const ca = root && root !== 'system' ? readPem('sslrootcert', root) : undefined
  if (mode === 'verify-ca' && !ca) throw new BadAddress('sslrootcert, a file, beside sslmode=verify-ca')
  const [cert, key] = ['sslcert', 'sslkey'].map(name => {
    const file = settings.get(name)
    return file === null ? undefined : readPem(name, file)
  })
  const passphrase = settings.get('sslpassword') ?? undefined
  // As in libpq, sslmode=require with sslrootcert verifies the chain.
  const checked = mode !== 'require' || ca !== undefined
  return {
    rejectUnauthorized: checked,
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(passphrase && { passphrase }),
    ...(mode !== 'verify-full' && { checkServerIdentity: () => undefined }),
  }
}

function readMode(settings: URLSearchParams): (typeof modes)[number] {
  const text = settings.get('sslmode')
  if (text === null) return known.some(name => settings.has(name)) ? 'verify-full' : 'disable'
  const mode = modes.find(one => one === text)
  if (mode) return mode
  if (text === 'prefer' || text === 'allow')
    throw new BadAddress(
      `sslmode=disable, require or verify-full: with ${text} the connection may be plain text without a word, which Latchkey does not do`,
    )
  throw new BadAddress(`sslmode to be ${modes.slice(0, -1).join(', ')} or ${modes.at(-1)}`)
}

function readPem(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new BadAddress(`${name} to be a file that can be read`)
  }
}

/** Of Node's TLS: a certificate that was not accepted. */
const certificateFaults = /^(?:CERT_|DEPTH_ZERO_|ERR_TLS_CERT|HOSTNAME_MISMATCH|SELF_SIGNED_|UNABLE_TO_)/

/** The same error; for a TLS failure, one that says how to change DATABASE_URL. */
export function withTlsAdvice(error: unknown): unknown {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  const text = typeof message === 'string' ? message : ''
  const advice = tlsAdvice(typeof code === 'string' ? code : '', text)
  return advice ? Object.assign(new Error(advice, { cause: error }), { code }) : error
}

function tlsAdvice(code: string, text: string): string | null {
  if (text.includes('does not support SSL'))
    return 'DATABASE_URL asks for TLS (sslmode), which this server does not have; sslmode=disable goes without.'
  if (certificateFaults.test(code))
    return `The certificate of the database was not accepted (${text}): name its authority as sslrootcert in DATABASE_URL, and the host as the certificate does.`
  if (code === '28000' && text.includes('no encryption'))
    return 'The database wants TLS: add sslmode=verify-full to DATABASE_URL, and sslrootcert where its authority is your own.'
  return null
}
