// What a page that is served does: it is told when there is something new, asks for itself again,
// and takes over what differs, so that what is open, sorted, filtered or in focus stays so.

const updates = new EventSource('updates')
const state = document.querySelector('.live .state')
let isAsking = false
let isOld = false

updates.addEventListener('open', () => tell('live', true))
updates.addEventListener('message', renew)
updates.addEventListener('error', () => {
  tell('not live any more: evt has ended, or cannot be reached. These figures are old.', false)
})

function tell(text, isLive) {
  document.body.classList.toggle('lost', !isLive)
  if (state.textContent !== text) state.textContent = text
}

async function renew() {
  isOld = true
  if (isAsking) return
  isAsking = true
  try {
    while (isOld) {
      isOld = false
      const answer = await fetch('./', { cache: 'no-store' })
      if (answer.ok) takeOver(await answer.text())
    }
  } catch {
    // That nobody is there any more, the updates tell.
  } finally {
    isAsking = false
  }
}

function takeOver(text) {
  const { body } = new DOMParser().parseFromString(text, 'text/html')
  for (const name of ['header', 'main', 'footer']) {
    follow(document.querySelector(name), body.querySelector(name))
  }
  for (const table of document.querySelectorAll('table.sortable')) arrange(table)
}

// What the script or the reader did to an element, and what it must not lose.
const ownParts = '.filter'
const ownAttributes = new Set(['open', 'hidden'])
const leftAlone = '.state, .readout, thead, figure.map'

function follow(old, fresh) {
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !ownAttributes.has(name)) old.removeAttribute(name)
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value)
  }
  if (old.matches(leftAlone)) return
  const before = [...old.childNodes].filter((node) => !isElement(node) || !node.matches(ownParts))
  const after = [...fresh.childNodes]
  for (const [n, next] of after.entries()) followOne(old, before[n], next)
  for (const node of before.slice(after.length)) node.remove()
}

function followOne(parent, known, next) {
  if (known && isAlike(known, next)) {
    if (isElement(known)) follow(known, next)
    else if (known.data !== next.data) known.data = next.data
    return
  }
  const seen = known && isMap(known) && isMap(next) ? seenOf(known) : undefined
  if (known) {
    if (isElement(known) && known.matches('.scroll')) filterOf(known)?.remove()
    known.replaceWith(next)
  } else parent.append(next)
  if (isElement(next)) enliven(next)
  if (seen) seeAgain(next, seen)
}

const isMap = (node) => isElement(node) && node.matches('figure.map')

// What its reader did with a map: which node was pressed, which has the focus, where it stands.
function seenOf(map) {
  const { scrollLeft, scrollTop } = map.querySelector('.scroll')
  const pressed = map.querySelector('.node[aria-pressed=true]')?.dataset.name
  const active = map.contains(document.activeElement) ? document.activeElement : undefined
  const isScroll = active?.matches('.scroll') ?? false
  return { scrollLeft, scrollTop, pressed, focused: active?.dataset.name, isScroll }
}

function seeAgain(map, { scrollLeft, scrollTop, pressed, focused, isScroll }) {
  const scroll = map.querySelector('.scroll')
  const nodeOf = (name) => {
    return name && [...map.querySelectorAll('.node')].find(({ dataset }) => dataset.name === name)
  }
  scroll.scrollTo(scrollLeft, scrollTop)
  nodeOf(pressed)?.dispatchEvent(new Event('click'))
  const focus = isScroll ? scroll : nodeOf(focused)
  focus?.focus({ preventScroll: true })
}

const isElement = (node) => node.nodeType === Node.ELEMENT_NODE

// A table with other titles is another one, as a map with other nodes and ways is.
function isAlike(old, fresh) {
  if (old.nodeName !== fresh.nodeName) return false
  if (!isElement(old)) return true
  if (old.id !== fresh.id) return false
  if (old.matches('.scroll')) return tableKind(old) === tableKind(fresh)
  if (old.matches('.map')) return mapText(old) === mapText(fresh)
  return old.nodeName !== 'FIGURE' || old.className === fresh.className
}

// What is round may have been found to be a loop since, and then its ways are of another colour.
function mapText(map) {
  const wrong = [...map.querySelectorAll('.way')].map((way) => way.matches('.wrong'))
  return `${map.querySelector('svg')?.textContent} ${wrong}`
}

function tableKind(scroll) {
  const table = scroll.querySelector('table')
  return table && `${table.className} ${table.tHead?.textContent}`
}

function filterOf(scroll) {
  const before = scroll.previousElementSibling
  return before?.matches(ownParts) ? before : undefined
}

function arrange(table) {
  if (!table.tHead) return
  const titles = [...table.tHead.rows[0].cells]
  const column = titles.findIndex((title) => title.hasAttribute('aria-sort'))
  if (column >= 0) sort(table, column, titles[column].getAttribute('aria-sort'))
  const box = filterOf(table.closest('.scroll'))
  if (box) box.querySelector('input').dispatchEvent(new Event('input'))
  else if (table.tBodies[0].rows.length >= LEAST_TO_FILTER) addFilter(table)
}
