/** A provider in a process of its own: settings as JSON in the first argument, the word `ready` to the parent. */
import { startProvider } from './provider-server.ts'

const { secretKeys, ...settings } = JSON.parse(process.argv[2]!)
const server = await startProvider({
  ...settings,
  secretKeys: secretKeys?.map((key: string) => Buffer.from(key, 'base64')),
}).catch(error => {
  process.send!(error.message)
  process.exit(1)
})
process.send!('ready')
process.once('message', async () => {
  await server.close()
  process.disconnect()
})
