/** Loaded before the product (`node --import`): writes each address that a router of the product takes into ADDRESSES_FILE. */
import { appendFileSync } from 'node:fs'
import Router from '@koa/router'

const file = process.env.ADDRESSES_FILE!
const { register } = Router.prototype

Router.prototype.register = function (this: Router, ...given: Parameters<typeof register>) {
  const [path, methods] = given
  for (const one of [path].flat())
    for (const method of methods) appendFileSync(file, `${method.toUpperCase()} ${String(one)}\n`)
  return register.apply(this, given)
} as typeof register
