import { type CheerioAPI, load } from 'cheerio'
import { CookieJar } from 'tough-cookie'

export type Visit = { url: string; status: number; headers: Headers; html: string; $: CheerioAPI }

/**
 * A person at a browser with JavaScript off: keeps cookies, follows redirects within the product, fills and submits forms
 * by the names on the screen. A redirect to another origin ends the walk: its address is the partner's callback.
 */
export class Person {
  readonly jar = new CookieJar()
  readonly base: string
  visit!: Visit

  constructor(base: string) {
    this.base = base
  }

  /** Opens an address; returns where the walk ended. */
  async open(url: string, init: RequestInit = {}): Promise<Visit> {
    let next = new URL(url, this.base)
    let request = init
    for (let hop = 0; hop < 20; hop++) {
      const answer = await this.send(next.href, request)
      const location = answer.headers.get('location')
      if (answer.status < 300 || answer.status >= 400 || !location) return this.arrive(next.href, answer)
      next = new URL(location, next)
      request = {}
      if (next.origin !== new URL(this.base).origin) return this.arrive(next.href, answer)
    }
    throw new Error(`redirected too often, last to ${next.href}`)
  }

  /** One request with this person's cookies, redirects not followed. */
  async send(url: string, init: RequestInit = {}): Promise<Response> {
    const target = new URL(url, this.base).href
    const headers = new Headers(init.headers)
    const cookie = await this.jar.getCookieString(target)
    if (cookie) headers.set('cookie', cookie)
    const answer = await fetch(target, { ...init, headers, redirect: 'manual' })
    for (const one of answer.headers.getSetCookie())
      await this.jar.setCookie(one, target, { ignoreError: true })
    return answer
  }

  /**
   * Presses the button of this name, with its form's present values and those given.
   * @throws when no such button is on the screen.
   */
  async press(button: string, fields: Record<string, string | string[]> = {}): Promise<Visit> {
    const { action, method, body } = this.formOf(button, fields)
    if (method === 'get') return this.open(`${action.split('?')[0]}?${body}`)
    return this.open(action, { method: 'POST', body })
  }

  /** Presses the button of a form in which this file was chosen. */
  upload(button: string, field: string, file: File, fields: Record<string, string> = {}): Promise<Visit> {
    const { action, body } = this.formOf(button, fields)
    const parts = new FormData()
    for (const [name, value] of body) if (name !== field) parts.append(name, value)
    parts.append(field, file)
    return this.open(action, { method: 'POST', body: parts })
  }

  /** The request that pressing the button would send. */
  formOf(button: string, fields: Record<string, string | string[]> = {}) {
    const { $ } = this.visit
    const pressed = $('button, input[type=submit]')
      .filter((_, one) => nameOf($, one) === button)
      .first()
    if (pressed.length === 0) throw new Error(`no button “${button}” on ${this.visit.url}: ${this.text()}`)
    const id = pressed.attr('form')
    const form = id ? $(`form#${id}`) : pressed.closest('form')
    const body = new URLSearchParams()
    const inputs = form.find(':input').add(form.attr('id') ? $(`[form="${form.attr('id')}"]`) : [])
    for (const input of new Set(inputs.toArray())) {
      const field = $(input)
      const name = field.attr('name')
      if (!name || name in fields || field.is('[disabled], button, [type=submit]')) continue
      if (field.is('[type=checkbox], [type=radio]') && !field.is('[checked]')) continue
      for (const value of [field.val() ?? ''].flat()) body.append(name, value)
    }
    for (const [name, values] of Object.entries(fields))
      for (const value of [values].flat()) body.append(name, value)
    const own = pressed.attr('name')
    if (own) body.append(own, pressed.attr('value') ?? '')
    const action = new URL(
      pressed.attr('formaction') ?? form.attr('action') ?? this.visit.url,
      this.visit.url,
    ).href
    return {
      action,
      method: (pressed.attr('formmethod') ?? form.attr('method') ?? 'get').toLowerCase(),
      body,
    }
  }

  async signIn(email: string, password = 'a long password'): Promise<Visit> {
    if (!this.visit?.url.includes('/sign-in')) await this.open('/sign-in')
    return this.press('Sign in', { email, password })
  }

  /** The words on the screen, in one line. */
  text(): string {
    return this.visit.$('body').text().replace(/\s+/g, ' ').trim()
  }

  heading(): string {
    return this.visit.$('h1').first().text().replace(/\s+/g, ' ').trim()
  }

  private async arrive(url: string, answer: Response): Promise<Visit> {
    const html = await answer.text()
    this.visit = { url, status: answer.status, headers: answer.headers, html, $: load(html) }
    return this.visit
  }
}

/** The accessible name, without the parts hidden from screen readers. */
function nameOf($: CheerioAPI, one: Parameters<CheerioAPI>[0]): string {
  const button = $(one as never)
  const seen = button.clone()
  seen.find('[aria-hidden=true]').remove()
  return (button.attr('aria-label') ?? (seen.text() || button.attr('value') || ''))
    .replace(/\s+/g, ' ')
    .trim()
}
