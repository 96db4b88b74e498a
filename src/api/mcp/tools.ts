/** The tools of the MCP server. Each runs one endpoint of the partner API, with its checks and its refusals. */
import { z } from 'zod'
import type { Capability } from '../../installs/capability.ts'

type Sent = { params?: Record<string, string>; query?: unknown; body?: unknown }

export type Tool = {
  name: string
  title: string
  description: string
  /** The capability that its endpoint needs. */
  needs: Capability
  changesPages: boolean
  /** The arguments that an agent may send. */
  input: z.ZodObject
  /** The endpoint's id, and the request that the arguments come to. */
  request(sent: Record<string, unknown>): { endpoint: string } & Sent
}

function tool<Input extends z.ZodObject>(
  row: Omit<Tool, 'input' | 'request'> & {
    input: Input
    request(sent: z.output<Input>): { endpoint: string } & Sent
  },
): Tool {
  return row as unknown as Tool
}

const pageId = z.string().describe('The id of the page, a UUID.')
const cursor = z.string().optional().describe('The next_cursor of the answer before, for what follows it.')
const title = z.string().max(2_000)
const pageSize = 50

export const tools: readonly Tool[] = [
  tool({
    name: 'search_pages',
    title: 'Search pages',
    description: 'Finds pages by a part of their title, among the pages that the member chose.',
    needs: 'read_content',
    changesPages: false,
    input: z.object({ query: z.string().max(2_000).describe('A part of a title, in any case.'), cursor }),
    request: ({ query, cursor }) => ({
      endpoint: 'search',
      body: { query, page_size: pageSize, start_cursor: cursor },
    }),
  }),
  tool({
    name: 'list_pages',
    title: 'List pages',
    description: 'Lists the pages directly below one; without it, every page that the member chose.',
    needs: 'read_content',
    changesPages: false,
    input: z.object({ parent_id: pageId.optional(), cursor }),
    request: ({ parent_id, cursor }) =>
      parent_id === undefined
        ? { endpoint: 'search', body: { page_size: pageSize, start_cursor: cursor } }
        : {
            endpoint: 'blocksChildrenList',
            params: { block_id: parent_id },
            query: { page_size: pageSize, start_cursor: cursor },
          },
  }),
  tool({
    name: 'get_page',
    title: 'Get a page',
    description: 'The title, parent, address and times of one page. The text of a page is not kept here.',
    needs: 'read_content',
    changesPages: false,
    input: z.object({ page_id: pageId }),
    request: ({ page_id }) => ({ endpoint: 'pagesRetrieve', params: { page_id } }),
  }),
  tool({
    name: 'update_page_title',
    title: 'Rename a page',
    description: 'Gives a page another title.',
    needs: 'update_content',
    changesPages: true,
    input: z.object({ page_id: pageId, title: title.describe('The new title.') }),
    request: ({ page_id, title }) => ({
      endpoint: 'pagesUpdate',
      params: { page_id },
      body: { properties: titled(title) },
    }),
  }),
  tool({
    name: 'create_page',
    title: 'Create a page',
    description: 'Creates a page below another one.',
    needs: 'insert_content',
    changesPages: true,
    input: z.object({
      parent_id: z.string().describe('The id of the page above it, a UUID.'),
      title: title.describe('Its title.'),
    }),
    request: ({ parent_id, title }) => ({
      endpoint: 'pagesCreate',
      body: { parent: { page_id: parent_id }, properties: titled(title) },
    }),
  }),
]

const titled = (text: string) => ({ title: { title: [{ type: 'text', text: { content: text } }] } })
