#!/usr/bin/env bash
# rate-limiter-flexible 11.4.0: `delete` ignores `rejectIfRedisNotReady`.
#
# With `rejectIfRedisNotReady: true` and Redis away, six methods of RateLimiterRedis reject at once. `delete` does not ask
# whether the connection is ready: the command goes to the client's offline queue and waits for Redis to come back. An
# application that resets a counter after a successful sign-in waits with it, although every other call falls back at once.
#
# Output seen (ioredis 5.9.2, Node 20.20 and 24.21):
#   consume, get, penalty, reward, block, set: rejected at once; delete: waits
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund rate-limiter-flexible@11.4.0 ioredis@5.9.2 >/dev/null
cat >run.cjs <<'JS'
const { Redis } = require('ioredis')
const { RateLimiterRedis } = require('rate-limiter-flexible')

// Port 1 of this machine has no server.
const redis = new Redis({ host: '127.0.0.1', port: 1, retryStrategy: () => 10_000 })
redis.on('error', () => {})
const limiter = new RateLimiterRedis({ storeClient: redis, points: 1, duration: 1, rejectIfRedisNotReady: true })

async function outcome(method) {
  const call = method === 'block' || method === 'set' ? limiter[method]('key', 1, 1) : limiter[method]('key', 1)
  const settled = call.then(
    () => 'resolves',
    () => 'rejects',
  )
  return Promise.race([settled, new Promise(resolve => setTimeout(resolve, 1000, 'waits'))])
}

setTimeout(async () => {
  for (const method of ['consume', 'get', 'penalty', 'reward', 'block', 'set', 'delete'])
    console.log(method, await outcome(method))
  process.exit()
}, 300)
JS
seen=$(node run.cjs)
expected='consume rejects
get rejects
penalty rejects
reward rejects
block rejects
set rejects
delete waits'
echo "$seen"
[ "$seen" = "$expected" ] || {
  echo 'The behaviour has changed.' >&2
  exit 1
}
