/** Enhancements of the screens. Everything works without this script. */

// A second press of a button while its form is on the way is ignored: the browser would send the form twice.
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
const items = menu =>
  [...menu.querySelectorAll('a.menu-item, button.menu-item')].filter(item => item.checkVisibility())
document.addEventListener('keydown', event => {
  const opener = event.target.closest?.('[popovertarget]')
  if (opener && event.key === 'ArrowDown') {
    event.preventDefault()
    opener.popoverTargetElement?.showPopover({ source: opener })
  }
  const menu =
    event.target.closest?.('[data-menu]') ??
    (opener?.popoverTargetElement?.matches(':popover-open') && opener.popoverTargetElement)
  if (!menu || (event.target.matches?.('input') && (event.key === 'Home' || event.key === 'End'))) return
  const all = items(menu)
  const at = all.indexOf(document.activeElement)
  const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? all.length - 1 : at - 1, Home: 0, End: all.length - 1 }[
    event.key
  ]
  if (to === undefined || all.length === 0) return
  event.preventDefault()
  all[(to + all.length) % all.length].focus()
})

// Long menus can be narrowed by typing.
const showFilters = () => {
  for (const filter of document.querySelectorAll('[data-filters]')) filter.hidden = false
}
showFilters()
document.addEventListener('htmx:afterSettle', showFilters)
document.addEventListener('input', event => {
  if (!event.target.matches?.('[data-filters]')) return
  const words = event.target.value.trim().toLocaleLowerCase()
  for (const item of event.target.closest('[data-menu]').querySelectorAll('li'))
    item.hidden = !item.textContent.toLocaleLowerCase().includes(words)
})

// Copy buttons are shown only where copying works.
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

/** Announces a sentence to screen readers, and shows it for a moment. */
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

// A fragment failed to load: the screen stays as it is, and says so.
document.addEventListener('htmx:timeout', () =>
  announce('That could not be loaded. Try again, or reload the page.'),
)

// ── The page picker ─────────────────────────────────────────────────────────────────────────────────────────────────

const included = 'Included'
const someBelow = 'Some pages below are ticked'

/** Ticked by the user, rather than included with a page above. */
const isOwn = box => Boolean(box.disabled ? box.dataset.own : box.checked)

/**
 * Shows the effect of the ticks: a page below a ticked one is included with it, and a page above ticked ones is mixed. A box that
 * was ticked before it became included is ticked again when the page above is unticked.
 */
function paintTicks() {
  const form = document.querySelector('form[data-picker]')
  if (!form) return
  const boxes = [...form.querySelectorAll('[name=pages]')]
  const own = new Set()
  for (const box of boxes) if (box.type === 'hidden' || isOwn(box)) own.add(box.value)
  const above = box => (box.dataset.above ? box.dataset.above.split(' ') : [])
  const mixed = new Set(boxes.filter(box => own.has(box.value)).flatMap(above))
  for (const box of boxes) {
    const isIncluded = above(box).some(id => own.has(id))
    if (box.type === 'hidden') {
      box.disabled = isIncluded
      continue
    }
    if (isIncluded && !box.disabled) box.dataset.own = box.checked ? 'yes' : ''
    if (!isIncluded && box.disabled) box.checked = Boolean(box.dataset.own)
    if (isIncluded) box.checked = true
    box.disabled = isIncluded
    box.indeterminate = !box.checked && mixed.has(box.value)
    const state = isIncluded ? 'included' : box.checked ? 'ticked' : box.indeterminate ? 'mixed' : 'none'
    box.closest('.picker-item').dataset.state = state
    box.closest('.picker-row').querySelector('.picker-state').textContent =
      state === 'included' ? included : state === 'mixed' ? someBelow : ''
  }
  form.querySelector('#allow').disabled = own.size === 0
}
paintTicks()
// In the capture phase, before htmx sends the ticks.
document.addEventListener('change', paintTicks, true)
document.addEventListener('htmx:afterSettle', paintTicks)

// A response shows the ticks as they were when it was requested: later changes by the user are put back.
const tickBoxes = () => [...document.querySelectorAll('form[data-picker] [name=pages]:not([type=hidden])')]
let ticksBefore = new Map()
document.addEventListener('htmx:beforeSwap', () => {
  ticksBefore = new Map(tickBoxes().map(box => [box.value, isOwn(box)]))
})
document.addEventListener('htmx:afterSwap', () => {
  for (const box of tickBoxes()) {
    if (!ticksBefore.has(box.value)) continue
    box.disabled = false
    box.checked = ticksBefore.get(box.value)
  }
  paintTicks()
})

document.addEventListener('click', event => {
  // A node whose children are loaded opens and closes without a request.
  const toggle = event.target.closest?.('[data-toggles]')
  if (toggle) {
    event.preventDefault()
    const children = toggle.closest('.picker-item').querySelector(':scope > .picker-rows')
    children.hidden = toggle.ariaExpanded === 'true'
    toggle.ariaExpanded = String(!children.hidden)
  }
  if (event.target.closest?.('[data-clears-search]')) document.getElementById('search').value = ''
})

document.addEventListener('keydown', event => {
  // Results appear while the user types; Enter would reload the screen.
  if (event.target.id === 'search' && event.key === 'Enter') return event.preventDefault()
  // Arrow keys in the tree: up and down move among the boxes, right opens, left closes or goes to the page above.
  const box = event.target.closest?.('.picker-item .checkbox')
  if (!box || event.altKey || event.ctrlKey || event.metaKey) return
  const item = box.closest('.picker-item')
  const caret = item.querySelector(':scope > .picker-row > .picker-caret')
  const isOpen = caret?.ariaExpanded === 'true'
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    const all = [...document.querySelectorAll('.picker-item .checkbox')].filter(one => one.checkVisibility())
    const next = all[all.indexOf(box) + (event.key === 'ArrowDown' ? 1 : -1)]
    if (next) next.focus()
  } else if (event.key === 'ArrowRight' && caret && !isOpen) caret.click()
  else if (event.key === 'ArrowLeft' && isOpen) caret.click()
  else if (event.key === 'ArrowLeft')
    item.parentElement.closest('.picker-item')?.querySelector('.checkbox').focus()
  else return
  event.preventDefault()
})

// Switching the workspace replaces the whole screen: the focus stays on the switcher.
document.addEventListener('htmx:afterSettle', event => {
  if (event.target === document.body) document.querySelector('.switcher-button')?.focus()
})
// After a failed request the reloaded screen explains the error better.
document.addEventListener('htmx:responseError', () => location.reload())
document.addEventListener('htmx:sendError', () =>
  announce('That did not reach us. Check your connection and try again.'),
)
