/**
 * Trials: tests of a connection that its developer runs in the playground. The last one of each connection is kept, sealed,
 * under the session of their browser, for an hour after its last use; it holds the tokens that were issued.
 */
import { createHash, hash, randomBytes } from 'node:crypto'
import type { TestOutcome } from '../../../installs/forced-outcome.ts'
import { readUuid } from '../../../installs/ids.ts'
import { openSealed, seal } from '../../../installs/sealed.ts'
import type { Role } from '../../../installs/workspace.ts'
import type { Session, WebContext } from '../../http/state.ts'
import type { Message } from './message.ts'

export type Trial = {
  connectionId: string
  state: string
  /** The PKCE verifier; it leaves the server with the token request alone. */
  verifier: string
  /** The persona that the developer acts as; null: they act as themselves, in their own workspaces. */
  persona: { id: string; name: string; role: Role } | null
  outcome: TestOutcome | null
  /** Secrets are shown. */
  revealed: boolean
  /** The callback was called. */
  returned: boolean
  tokens: { access: string; refresh: string | null } | null
  /** The first page that search found. */
  pageId: string | null
  messages: Message[]
}

export type Trials = ReturnType<typeof trials>

const seconds = 3600

export function trials(needs: {
  store: {
    read(key: string): Promise<string | null>
    write(key: string, value: string, seconds: number): Promise<void>
    remove(...keys: string[]): Promise<void>
  }
  secretKeys: readonly Buffer[]
  sessions: { current(ctx: WebContext): Promise<{ session: Session } | null> }
}) {
  const { store, secretKeys } = needs
  const digest = (text: string) => hash('sha256', text, 'base64url')
  const keyOf = (session: Session, connectionId: string) => `trial:${digest(session.id)}:${connectionId}`

  async function read(session: Session, connectionId: string): Promise<Trial | null> {
    const key = keyOf(session, connectionId)
    const sealed = await store.read(key)
    const text = sealed && openSealed(secretKeys, key, sealed)
    return text ? (JSON.parse(text) as Trial) : null
  }

  async function write(session: Session, trial: Trial): Promise<void> {
    const key = keyOf(session, trial.connectionId)
    await store.write(key, seal(secretKeys, key, JSON.stringify(trial)), seconds)
  }

  return {
    read,
    write,

    async forget(session: Session, connectionId: string): Promise<void> {
      await store.remove(keyOf(session, connectionId))
    },

    /**
     * Whether `state` belongs to a trial that this session began for this connection: such an authorize request may return to
     * the playground. Valid until the callback: a member who waited for an approval continues with the same request.
     */
    async isUnderWay(ctx: WebContext, state: string, connectionId: string): Promise<boolean> {
      const found = readUuid(connectionId) === connectionId && (await needs.sessions.current(ctx))
      const trial = found ? await read(found.session, connectionId) : null
      return trial !== null && !trial.returned && trial.state === state
    },
  }
}

/** The state names the connection, so that the callback finds the trial. */
export function newTrial(facts: Pick<Trial, 'connectionId' | 'persona' | 'outcome'>): Trial {
  return {
    ...facts,
    state: `${facts.connectionId}.${randomBytes(16).toString('base64url')}`,
    verifier: randomBytes(32).toString('base64url'),
    revealed: false,
    returned: false,
    tokens: null,
    pageId: null,
    messages: [],
  }
}

/** PKCE (RFC 7636 §4.2). */
export function challengeOf(trial: Trial): string {
  return createHash('sha256').update(trial.verifier).digest('base64url')
}
