import { type CallToolResult, McpServer } from '@modelcontextprotocol/server'
import type { Call } from '../call.ts'
import type { Endpoint } from '../endpoint.ts'
import { type EndpointNeeds, endpoints, type PartnerApi } from '../endpoints.ts'
import { refusalOf } from '../refusals.ts'
import { pagesOf, refusalWords } from './answers.ts'
import { type Tool, tools } from './tools.ts'

export type McpServerNeeds = EndpointNeeds & {
  partnerApi: PartnerApi
  isUnavailable(error: unknown): boolean
  /** Logs an error that is no refusal. */
  reportFault(error: unknown, requestId: string): void
}

const rows = new Map(endpoints.map(row => [row.id, row]))

/** The tools that are served: those that change pages only where the partner API changes them. */
export function servedTools(partnerApi: PartnerApi): readonly Tool[] {
  return partnerApi === 'full' ? tools : tools.filter(one => !one.changesPages)
}

/** The MCP server of one request. It keeps no state between requests, so that any host may answer the next one. */
export function mcpServer(needs: McpServerNeeds, call: Call, requestId: string): McpServer {
  const server = new McpServer(
    { name: 'latchkey', title: 'Latchkey', version: '1' },
    {
      instructions:
        'Reaches the pages that the member chose, and no others. A page that cannot be found may have to be shared first: the answer says where.',
    },
  )
  for (const { name, title, description, input, changesPages, request } of servedTools(needs.partnerApi))
    server.registerTool(
      name,
      {
        title,
        description,
        inputSchema: input,
        annotations: { readOnlyHint: !changesPages, destructiveHint: false, openWorldHint: false },
      },
      async (sent): Promise<CallToolResult> => {
        try {
          const { endpoint, ...asked } = request(sent as Record<string, unknown>)
          const answer = pagesOf(await run(needs, call, endpoint, asked))
          return { content: [{ type: 'text', text: JSON.stringify(answer) }], structuredContent: answer }
        } catch (error) {
          const refusal = refusalOf(error, needs.isUnavailable)
          if (refusal.status >= 500) needs.reportFault(error, requestId)
          return {
            content: [{ type: 'text', text: refusalWords(refusal) }],
            structuredContent: { code: refusal.code, ...refusal.additionalData },
            isError: true,
          }
        }
      },
    )
  return server
}

type Asked = Parameters<Endpoint<EndpointNeeds>['check']>[0]

async function run(needs: McpServerNeeds, call: Call, id: string, asked: Partial<Asked>): Promise<object> {
  const row = rows.get(id)
  if (row?.by !== 'token') throw new Error(`no endpoint for tokens has the id ${id}`)
  return row.handle(needs, call, row.check({ params: {}, query: {}, body: {}, ...asked }))
}
