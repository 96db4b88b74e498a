/**
 * An MCP server of a host product, on an address of its own, guarded by Latchkey: node examples/mcp-host/server.ts
 * It keeps a note for each page of the directory, and gives an agent those of the pages that its person chose.
 */
import { createServer, type IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { type Access, protect } from 'latchkey/resource'
import { z } from 'zod'

const { PORT = '4000', LATCHKEY = 'http://localhost:3000', CLIENT_ID = '', CLIENT_SECRET = '' } = process.env
const resource = process.env.RESOURCE ?? `http://localhost:${PORT}/mcp`
const notes = new Map<string, string>()

const guard = protect({
  issuer: LATCHKEY,
  clientId: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
  resource,
  name: 'Notes',
})

const handler = createMcpHandler(({ authInfo }) => notesServer(authInfo!.extra!.access as Access))

createServer(async (request, response) => {
  const access = await guard(request, response)
  if (!access) return
  const body = JSON.parse((await read(request)) || 'null')
  // Asked for by the status, from which clients begin to ask their person for more.
  if (callsTool(body, 'write_note') && !access.allows('update_content'))
    return access.stepUp('update_content')
  const answer = await handler.fetch(
    new Request(resource, {
      method: request.method!,
      headers: Object.entries(request.headers).map(([name, value]): [string, string] => [
        name,
        String(value),
      ]),
    }),
    {
      parsedBody: body,
      authInfo: {
        token: '',
        clientId: access.clientId,
        scopes: [...access.scopes],
        extra: { access },
      },
    },
  )
  response.writeHead(answer.status, Object.fromEntries(answer.headers))
  if (answer.body) Readable.fromWeb(answer.body as ReadableStream).pipe(response)
  else response.end()
}).listen(Number(PORT), () => console.log(`Notes are at ${resource}.`))

function notesServer(access: Access): McpServer {
  const server = new McpServer({ name: 'notes', version: '1' })
  const pageId = z.string().describe('The id of the page that the note is about.')
  const words = (text: string, isError = false) => ({ content: [{ type: 'text' as const, text }], isError })
  const refused = words('Your person did not choose this page.', true)
  server.registerTool(
    'read_note',
    { description: 'The note about a page.', inputSchema: z.object({ page_id: pageId }) },
    async ({ page_id }) => {
      const [reached] = await access.reached('read_content', [page_id])
      return reached ? words(notes.get(reached) ?? 'There is no note yet.') : refused
    },
  )
  server.registerTool(
    'write_note',
    {
      description: 'Writes the note about a page.',
      inputSchema: z.object({ page_id: pageId, text: z.string() }),
    },
    async ({ page_id, text }) => {
      const [reached] = await access.reached('update_content', [page_id])
      if (!reached) return refused
      notes.set(reached, text)
      return words('Written.')
    },
  )
  return server
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

function callsTool(body: unknown, name: string): boolean {
  const { method, params } = (body ?? {}) as { method?: string; params?: { name?: string } }
  return method === 'tools/call' && params?.name === name
}
