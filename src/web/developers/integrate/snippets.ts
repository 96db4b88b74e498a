/** Code that works without changes, with a connection's own addresses and identifiers; the tests run it. */

export type SnippetFacts = { issuer: string; clientId: string; redirectUri: string; isPublic: boolean }
export type Snippet = {
  id: string
  title: string
  sentence: string
  /** What to install before it runs, if anything. */
  before: string | null
  text: string
}

/** Secrets are read from the environment, because code copied from a page ends up in a repository. */
export function snippets(facts: SnippetFacts): Snippet[] {
  return [authorizeAddress(facts), curl(facts), openidClient(facts), notionClient(facts), python(facts)]
}

/** Assembled from parts, so that tools that scan our sources do not take these imports for ours. */
const imports = (names: string, from: string) => `import ${names} from '${from}'`

function authorizeAddress({ issuer, clientId, redirectUri, isPublic }: SnippetFacts): Snippet {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    owner: 'user',
  })
  return {
    id: 'authorize',
    title: 'Where to send people',
    sentence: isPublic
      ? 'Add a state of your own, and code_challenge with code_challenge_method=S256: a public client needs PKCE.'
      : 'Add a state of your own; with PKCE (code_challenge, S256) a stolen code is useless.',
    before: null,
    text: `${issuer}/v1/oauth/authorize?${query}`,
  }
}

function curl({ issuer, clientId, redirectUri, isPublic }: SnippetFacts): Snippet {
  const credentials = isPublic
    ? `  --data-urlencode "client_id=${clientId}" \\\n  --data-urlencode "code_verifier=$CODE_VERIFIER" \\`
    : `  --user "${clientId}:$CLIENT_SECRET" \\`
  return {
    id: 'curl',
    title: 'curl',
    sentence: 'Redeems the code that came back, within a minute.',
    before: `Before you run it: export ${isPublic ? 'CODE_VERIFIER' : 'CLIENT_SECRET'} and CODE (from the callback’s address).`,
    text: `curl --silent --show-error "${issuer}/v1/oauth/token" \\
${credentials}
  --data-urlencode "grant_type=authorization_code" \\
  --data-urlencode "code=$CODE" \\
  --data-urlencode "redirect_uri=${redirectUri}"`,
  }
}

function openidClient({ issuer, clientId, redirectUri, isPublic }: SnippetFacts): Snippet {
  const insecure = issuer.startsWith('http:')
  const proof = isPublic ? 'client.None()' : 'client.ClientSecretBasic(env.CLIENT_SECRET)'
  return {
    id: 'openid-client',
    title: 'Node with openid-client',
    sentence: 'Run it, open the address that it prints, and paste the address that you come back to.',
    before: `Before you run it: npm i openid-client@6, save it as connect.mjs${isPublic ? '' : ', export CLIENT_SECRET'}. Then: node connect.mjs.`,
    text: `${imports('* as client', 'openid-client')}
${imports('{ env, stdin }', 'node:process')}
${imports('{ createInterface }', 'node:readline/promises')}

const config = await client.discovery(new URL('${issuer}'), '${clientId}', {}, ${proof}, {
  algorithm: 'oauth2',${insecure ? '\n  execute: [client.allowInsecureRequests],' : ''}
})
const verifier = client.randomPKCECodeVerifier()
const state = client.randomState()
const address = client.buildAuthorizationUrl(config, {
  redirect_uri: '${redirectUri}',
  state,
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
})
console.log(address.href)

const input = createInterface({ input: stdin })
const callback = await input.question('')
input.close()
const tokens = await client.authorizationCodeGrant(config, new URL(callback), {
  pkceCodeVerifier: verifier,
  expectedState: state,
})
console.log(JSON.stringify({ workspace: tokens.workspace_name, bot_id: tokens.bot_id }))
`,
  }
}

export function notionClient({ issuer }: { issuer: string }): Snippet {
  return {
    id: 'notion-client',
    title: 'Node with @notionhq/client',
    sentence: 'Programs written for Notion work with only the base address changed.',
    before:
      'Before you run it: npm i @notionhq/client@5, save it as pages.mjs, export ACCESS_TOKEN. Then: node pages.mjs.',
    text: `${imports('{ env }', 'node:process')}
${imports('{ Client }', '@notionhq/client')}

const notion = new Client({ auth: env.ACCESS_TOKEN, baseUrl: '${issuer}' })
const { results } = await notion.search({})
for (const page of results) console.log(page.id, page.url)
`,
  }
}

function python({ issuer, clientId, redirectUri, isPublic }: SnippetFacts): Snippet {
  return {
    id: 'python',
    title: 'Python with requests-oauthlib',
    sentence: 'Prints the address to open, and takes the address that you come back to.',
    before: `Before you run it: pip install requests-oauthlib (Debian: apt install python3-requests-oauthlib), save it as connect.py${isPublic ? '' : ', export CLIENT_SECRET'}. Then: python3 connect.py.`,
    // PKCE by hand: the library has it from version 2 on, and distributions ship version 1.
    text: `import base64, hashlib, os, secrets
from requests_oauthlib import OAuth2Session
${issuer.startsWith('http:') ? '\nos.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"  # http, on this machine only\n' : ''}
verifier = secrets.token_urlsafe(48)
digest = hashlib.sha256(verifier.encode()).digest()
session = OAuth2Session("${clientId}", redirect_uri="${redirectUri}")
address, _ = session.authorization_url(
    "${issuer}/v1/oauth/authorize",
    code_challenge=base64.urlsafe_b64encode(digest).decode().rstrip("="),
    code_challenge_method="S256",
)
print(address, flush=True)
session.fetch_token(
    "${issuer}/v1/oauth/token",
    authorization_response=input(),
    code_verifier=verifier,${isPublic ? '\n    include_client_id=True,' : '\n    client_secret=os.environ["CLIENT_SECRET"],'}
)
print(session.post("${issuer}/v1/search", json={}).json())
`,
  }
}
