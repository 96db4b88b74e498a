/** The consent prompt is shown in every flow; an earlier consent is never reused. */
import type { Context } from 'koa'
import { interactionPolicy } from 'oidc-provider'

const { Check, Prompt } = interactionPolicy

/**
 * @param signedIn called for `prompt=none` only, to choose between `login_required` and `consent_required`.
 */
export function installPolicy(signedIn: (ctx: Context) => Promise<boolean>) {
  const policy = interactionPolicy.base()
  policy.clear()
  policy.add(
    new Prompt(
      { name: 'login', requestable: true },
      new Check('no_session', 'the end-user must sign in', 'login_required', async ctx => {
        if (ctx.oidc.result?.login) return Check.NO_NEED_TO_PROMPT
        const asks = ctx.oidc.prompts.has('none') && (await signedIn(ctx as unknown as Context))
        return asks ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT
      }),
    ),
  )
  policy.add(
    new Prompt(
      { name: 'consent', requestable: true },
      new Check('pages_not_chosen', 'the end-user must choose pages', 'consent_required', ctx =>
        ctx.oidc.result?.consent ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT,
      ),
    ),
  )
  return policy
}
