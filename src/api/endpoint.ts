/**
 * One endpoint of the partner API is one row: its route, the reader of its input, its operation in `/openapi.json` and its
 * entry in the developer reference are made from it.
 */
import type { Context } from 'koa'
import { z } from 'zod'
import type { AdminScope } from '../installs/admin-credential.ts'
import type { AdminCall } from './admin.ts'
import type { Call } from './call.ts'
import type { ClientCall } from './client.ts'
import { uuid } from './fields.ts'
import { readInput } from './input.ts'
import { readJsonBody } from './json-body.ts'

/** The documented part, which the OAuth endpoints have too. */
export type Operation = {
  method: 'GET' | 'POST' | 'PATCH'
  /** As in OpenAPI; each name in braces is an id. */
  path: string
  /** The `operationId`. */
  id: string
  summary: string
  description: string
  /**
   * Authenticates by an access token, as a connection with its secret, with a credential of the host product, or in either of
   * the last two ways.
   */
  by: 'token' | 'client' | 'admin' | 'either'
  query?: z.ZodObject
  body?: z.ZodType
  /** Also takes the body as a form. */
  form?: true
  answer: z.ZodType
}

export type Input = { params: Record<string, string>; query: unknown; body: unknown }

export type Endpoint<Needs> = Operation & {
  /** Absent where the operator lets partners read only. */
  changesPages?: true
  /** @throws ApiRefusal `invalid_json`, `validation_error`. */
  read(ctx: Context, params: Record<string, string>): Promise<Input>
  /** The same, of a request that comes by another protocol. @throws ApiRefusal `validation_error`. */
  check(sent: { params: Record<string, string>; query: unknown; body: unknown }): Input
} & (
    | { by: 'token'; handle: (needs: Needs, call: Call, input: Input) => Promise<object> }
    | { by: 'client'; handle: (needs: Needs, call: ClientCall, input: Input) => Promise<object> }
    | {
        by: 'admin'
        scope: AdminScope
        handle: (needs: Needs, call: AdminCall, input: Input) => Promise<object>
      }
    | {
        by: 'either'
        scope: AdminScope
        handle: (needs: Needs, call: EitherCall, input: Input) => Promise<object>
      }
  )

/** `'/v1/pages/{page_id}'` has the parameter `page_id`. */
type ParamsOf<Path> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? { [Key in Name]: string } & ParamsOf<Rest>
  : unknown

type Callers = { token: Call; client: ClientCall; admin: AdminCall; either: EitherCall }

/** `connectionId` null: the host product asks. */
export type EitherCall = { readonly connectionId: string | null; readonly now: Date }

type Row<By extends keyof Callers, Path, Query extends z.ZodObject, Body extends z.ZodType, Answer, Needs> = {
  method: Operation['method']
  path: Path
  id: string
  summary: string
  description: string
  by: By
  /** What an admin credential needs. */
  scope?: AdminScope
  query?: Query
  body?: Body
  answer: Answer
  changesPages?: true
  handle(
    needs: Needs,
    call: Callers[By],
    input: { params: ParamsOf<Path>; query: z.output<Query>; body: z.output<Body> },
  ): Promise<z.input<Answer>>
}

/** Checks a row, `handle` against the input that its schemas read and the answer that is documented. */
export function endpoint<
  By extends keyof Callers,
  const Path extends string,
  Needs,
  Answer extends z.ZodType,
  Query extends z.ZodObject = z.ZodObject,
  Body extends z.ZodType = z.ZodType,
>(row: Row<By, Path, Query, Body, Answer, Needs>): Endpoint<Needs> {
  const names = [...row.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)
  const params = z.object(Object.fromEntries(names.map(name => [name, uuid])))
  const check: Endpoint<Needs>['check'] = sent => ({
    params: names.length === 0 ? {} : readInput(params, '', sent.params),
    query: row.query && readInput(row.query, '', sent.query),
    body: row.body && readInput(row.body, 'body', sent.body),
  })
  const read: Endpoint<Needs>['read'] = async (ctx, params) =>
    check({ params, query: ctx.query, body: row.body && (await readJsonBody(ctx)) })
  return { ...row, check, read } as unknown as Endpoint<Needs>
}
