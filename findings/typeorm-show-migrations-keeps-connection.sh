#!/usr/bin/env bash
# typeorm 1.1.1: showMigrations() keeps its connection when its query fails, so a health check that asks it empties the pool.
#
# showMigrations() takes a query runner and releases it after the last query, not in a "finally". Where a query fails (here for
# want of a privilege; an outage or a statement timeout does the same) the connection never returns to the pool. With a pool of
# two, the third query waits for ever, or for connectTimeoutMS, although the database serves everybody else. runMigrations()
# and query() release theirs.
#
# Needs PostgreSQL of Debian (seen with 15). Output seen (Node 20.20 and 24.21):
#   first: permission denied for schema public
#   second: permission denied for schema public
#   a query after them: timeout exceeded when trying to connect
set -euo pipefail
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
[ -n "$bin" ] || { echo "needs postgresql" >&2; exit 2; }
folder=$(mktemp -d)
chmod 755 "$folder"
cd "$folder"
as=()
[ "$(id -u)" != 0 ] || { as=(setpriv --reuid=65534 --regid=65534 --clear-groups); install -d -o 65534 -g 65534 data; }
port=$(node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})')
"${as[@]}" "$bin/initdb" -D data -U owner --auth=trust --no-sync >/dev/null
"${as[@]}" "$bin/postgres" -D data -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c log_min_messages=fatal &
server=$!
trap 'kill -INT $server; wait $server; rm -rf "$folder"' EXIT
npm init -y >/dev/null
npm install --silent --no-audit --no-fund typeorm@1.1.1 pg@8.23.1 >/dev/null
cat >run.cjs <<'JS'
const { DataSource } = require('typeorm')
const { Client } = require('pg')
const at = user => `postgres://${user}@127.0.0.1:${process.argv[2]}/postgres`
const told = work => work.then(() => 'done', error => error.message)
async function main() {
  const owner = new Client({ connectionString: at('owner') })
  await owner.connect()
  await owner.query('create table migrations (id serial primary key, timestamp bigint not null, name text not null)')
  await owner.query('create role reader login')
  await owner.end()
  const source = new DataSource({ type: 'postgres', url: at('reader'), migrations: [], poolSize: 2, connectTimeoutMS: 1000 })
  await source.initialize()
  console.log('first:', await told(source.showMigrations()))
  console.log('second:', await told(source.showMigrations()))
  console.log('a query after them:', await told(source.query('select 1')))
  process.exit()
}
main()
JS
node run.cjs "$port" | tee seen
diff seen - <<'TEXT'
first: permission denied for schema public
second: permission denied for schema public
a query after them: timeout exceeded when trying to connect
TEXT
