/**
 * Unmodified agents against the whole server, through its screens in a real browser: npm run test:agents. It installs the packages
 * from the registry into a temporary folder, takes about a minute, and prints the table of docs/agents.md.
 */
import { chromium } from 'playwright-core'
import { browserOptions } from '../support/browser-options.ts'
import { type Begin, inspector, mcpRemote } from './_clients.ts'
import { installPackages } from './_packages.ts'
import { allow, findPages, openPerson } from './_person.ts'
import { openPlace } from './_place.ts'

type Run = { client: string; way: 'registers itself' | 'publishes a document'; begin: Begin }

const runs: Run[] = [
  ...(['legacy', 'auto'] as const).flatMap((era): Run[] => [
    { client: `mcp-remote --protocol ${era}`, way: 'registers itself', begin: mcpRemote('--protocol', era) },
    {
      client: `mcp-remote --protocol ${era}`,
      way: 'publishes a document',
      begin: mcpRemote('--protocol', era),
    },
  ]),
  { client: 'mcp-remote --device-code', way: 'registers itself', begin: mcpRemote('--device-code') },
  ...(['legacy', 'modern'] as const).flatMap((era): Run[] => [
    {
      client: `inspector --protocol-era ${era}`,
      way: 'registers itself',
      begin: inspector('--protocol-era', era),
    },
    {
      client: `inspector --protocol-era ${era}`,
      way: 'publishes a document',
      begin: inspector('--protocol-era', era),
    },
  ]),
]

const [place, packages, browser] = await Promise.all([
  openPlace(),
  installPackages(),
  chromium.launch(browserOptions()),
])
const person = await openPerson(browser, place.base)
const pages = await findPages(person)
const rows: string[] = []
let held = true

for (const { client, way, begin } of runs) {
  const found: string[] = []
  let consent = ''
  try {
    const agent = await begin({
      ...{ packages, address: `${place.base}/mcp` },
      document: way === 'registers itself' ? null : place.document,
      async visit(address) {
        consent = await allow(person, address, pages)
      },
    })
    const tools = await agent.tools()
    const read = await agent.use('get_page', { page_id: pages.ticked.id })
    const refused = await agent.use('get_page', { page_id: pages.other.id })
    await agent.close()
    const shown = way === 'registers itself' ? 'Registered itself' : 'Published by localhost'
    if (!consent.includes(shown)) found.push(`the consent does not say “${shown}”`)
    if (!tools.includes('get_page')) found.push('does not list its tools')
    if (read.isError || !read.text.includes(pages.ticked.title)) found.push(`does not read: ${read.text}`)
    if (!refused.isError || !refused.text.includes('/my-connections/'))
      found.push(`is not refused the other page: ${refused.text}`)
  } catch (error) {
    found.push((error as Error).message)
  }
  held &&= found.length === 0
  const result =
    found.length === 0 ? 'lists tools, reads the ticked page, is refused another' : found.join('; ')
  rows.push(`| ${client} | ${way} | ${result} |`)
  console.log(`${found.length === 0 ? 'ok  ' : 'FAIL'} ${client}, ${way}: ${result}`)
}

await Promise.all([browser.close(), place.close(), packages.remove()])
console.log(`\n| client | way in | result |\n|---|---|---|\n${rows.join('\n')}`)
process.exit(held ? 0 : 1)
