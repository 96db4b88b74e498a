/** A provider in a process of its own: settings as JSON in the first argument, the word `ready` to the parent. */
import { startProvider } from './provider-server.ts'

const server = await startProvider(JSON.parse(process.argv[2]!))
process.send!('ready')
process.once('message', async () => {
  await server.close()
  process.disconnect()
})
