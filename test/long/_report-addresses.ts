/**
 * Loaded before the product (`node --import`): writes each address that a router of the product takes into ADDRESSES_FILE. Routers
 * within others are left out: the outer ones have their addresses too, with the whole prefix.
 */
import { writeFileSync } from 'node:fs'
import Router from '@koa/router'

const file = process.env.ADDRESSES_FILE!
const outer = new Set<Router>()
const { routes, use } = Router.prototype

Router.prototype.routes = function (this: Router) {
  outer.add(this)
  report()
  return routes.call(this)
} as typeof routes

Router.prototype.use = function (this: Router, ...given: unknown[]) {
  for (const one of given) outer.delete((one as { router?: Router }).router!)
  return Reflect.apply(use, this, given)
} as typeof use

function report(): void {
  const addresses = [...outer].flatMap(({ stack }) =>
    stack.flatMap(layer => layer.methods.map(method => `${method} ${String(layer.path)}`)),
  )
  writeFileSync(file, `${addresses.join('\n')}\n`)
}
