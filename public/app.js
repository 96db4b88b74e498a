/** What the screens do beyond plain HTML. Everything works without it. */

// A second press of a button while its form is on the way does nothing: the browser would send the form twice.
document.addEventListener('submit', event => {
  const form = event.target
  if (event.defaultPrevented) return
  if (Date.now() - Number(form.dataset.sent ?? 0) < 10_000) return event.preventDefault()
  form.dataset.sent = Date.now()
  event.submitter?.setAttribute('aria-busy', 'true')
})
// Back from the browser's page cache: the form may be sent again.
window.addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent
  for (const button of document.querySelectorAll('[aria-busy]')) button.removeAttribute('aria-busy')
})

// Menus: the popover opens, closes on Escape and gives focus back by itself; arrow keys are ours.
const items = menu => [...menu.querySelectorAll('a.menu-item, button.menu-item')]
document.addEventListener('keydown', event => {
  const opener = event.target.closest?.('[popovertarget]')
  if (opener && event.key === 'ArrowDown') {
    event.preventDefault()
    opener.popoverTargetElement?.showPopover({ source: opener })
  }
  const menu =
    event.target.closest?.('[data-menu]') ??
    (opener?.popoverTargetElement?.matches(':popover-open') && opener.popoverTargetElement)
  if (!menu) return
  const all = items(menu)
  const at = all.indexOf(document.activeElement)
  const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? all.length - 1 : at - 1, Home: 0, End: all.length - 1 }[
    event.key
  ]
  if (to === undefined || all.length === 0) return
  event.preventDefault()
  all[(to + all.length) % all.length].focus()
})

// Copy buttons: shown only where copying works.
for (const button of document.querySelectorAll('[data-copy-from]')) button.hidden = !navigator.clipboard
document.addEventListener('click', async event => {
  const button = event.target.closest?.('[data-copy], [data-copy-from]')
  if (!button) return
  const text = button.dataset.copy ?? document.getElementById(button.dataset.copyFrom)?.textContent ?? ''
  await navigator.clipboard.writeText(text)
  announce('Copied')
  button.classList.add('is-copied')
  setTimeout(() => button.classList.remove('is-copied'), 2000)
})

/** Says something to screen readers, and shows it for a moment. */
function announce(words) {
  let place = document.getElementById('announcement')
  if (!place) {
    place = document.createElement('div')
    place.id = 'announcement'
    place.setAttribute('role', 'status')
    document.body.append(place)
  }
  place.textContent = ''
  requestAnimationFrame(() => {
    place.textContent = words
  })
  clearTimeout(announce.timer)
  announce.timer = setTimeout(() => {
    place.textContent = ''
  }, 2500)
}

// A part that did not come: the screen stays as it is, and says so.
for (const fault of ['htmx:responseError', 'htmx:sendError', 'htmx:timeout'])
  document.addEventListener(fault, () => announce('That could not be loaded. Try again, or reload the page.'))
