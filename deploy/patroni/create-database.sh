#!/bin/sh
# Patroni runs this once, on the first primary; its argument is an address of it.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$LATCHKEY_PASSWORD" -d "$1" <<'SQL'
create role latchkey login password :'password';
create database latchkey owner latchkey;
\c latchkey
create extension pg_trgm;
create extension btree_gin;
SQL
