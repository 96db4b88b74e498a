#!/usr/bin/env bash
# ioredis 5.9.2: with failoverDetector, the connections to the sentinels stay open after quit(), so the process does not end.
#
# A client of a Sentinel group is opened with `failoverDetector: true`, used, and closed with quit(), which is answered "OK". Its
# connection to the master is closed; those that the detector opened to the sentinels are not, and keep the event loop alive.
# disconnect() closes them, also after quit(). Without failoverDetector the process ends after quit() as expected.
#
# Needs redis-server (seen with 7.0.15). Output seen (Node 20.20 and 24.21):
#   without failoverDetector: OK, ends
#   with failoverDetector: OK, still running after 3 seconds
#   with failoverDetector and disconnect() after quit(): OK, ends
set -euo pipefail
command -v redis-server >/dev/null || { echo "needs redis-server" >&2; exit 2; }
folder=$(mktemp -d)
cd "$folder"
free() { node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'; }
master=$(free)
sentinel=$(free)
redis-server --port "$master" --bind 127.0.0.1 --save '' >/dev/null &
first=$!
echo "sentinel monitor group 127.0.0.1 $master 1" >sentinel.conf
redis-server sentinel.conf --sentinel --port "$sentinel" --bind 127.0.0.1 >/dev/null &
second=$!
trap 'kill $first $second 2>/dev/null; rm -rf "$folder"' EXIT
npm init -y >/dev/null
npm install --silent --no-audit --no-fund ioredis@5.9.2 >/dev/null
cat >run.cjs <<'JS'
const { Redis } = require('ioredis')
const [port, failoverDetector, disconnects] = process.argv.slice(2)
const redis = new Redis({
  sentinels: [{ host: '127.0.0.1', port: Number(port) }],
  name: 'group',
  failoverDetector: failoverDetector === 'with',
})
redis.on('error', () => {})
redis
  .ping()
  .then(() => new Promise(resolve => setTimeout(resolve, 300)))
  .then(() => redis.quit())
  .then(answer => {
    process.stdout.write(answer)
    if (disconnects) redis.disconnect()
  })
JS
ends() { timeout 3 node run.cjs "$@" && echo ", ends" || echo ", still running after 3 seconds"; }
{
  echo "without failoverDetector: $(ends "$sentinel" without)"
  echo "with failoverDetector: $(ends "$sentinel" with)"
  echo "with failoverDetector and disconnect() after quit(): $(ends "$sentinel" with yes)"
} | tee seen
diff seen - <<'TEXT'
without failoverDetector: OK, ends
with failoverDetector: OK, still running after 3 seconds
with failoverDetector and disconnect() after quit(): OK, ends
TEXT
