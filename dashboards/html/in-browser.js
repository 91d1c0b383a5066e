// What the page can do beside being read: tables are sorted by the title that is pressed and
// filtered by what is typed, a plot says what is under the pointer, and a map shows what is around
// a node that is pressed.

// A table with fewer rows is seen whole.
const LEAST_TO_FILTER = 6

function enliven(root) {
  const all = (name) => [...(root.matches(name) ? [root] : []), ...root.querySelectorAll(name)]
  for (const table of all('table.sortable')) enlivenTable(table)
  for (const plot of all('figure.plot')) enlivenPlot(plot)
  for (const map of all('figure.map')) enlivenMap(map)
}

function enlivenTable(table) {
  if (!table.tHead) return
  for (const [column, title] of [...table.tHead.rows[0].cells].entries()) {
    const button = document.createElement('button')
    button.type = 'button'
    button.append(...title.childNodes)
    title.append(button)
    button.addEventListener('click', () => press(table, title, column))
  }
  if (table.tBodies[0].rows.length >= LEAST_TO_FILTER) addFilter(table)
}

function press(table, title, column) {
  const isNumber = title.classList.contains('n')
  const before = title.getAttribute('aria-sort')
  const first = isNumber ? 'descending' : 'ascending'
  const other = isNumber ? 'ascending' : 'descending'
  const order = before === first ? other : first
  for (const each of title.parentNode.cells) each.removeAttribute('aria-sort')
  title.setAttribute('aria-sort', order)
  sort(table, column, order)
}

function sort(table, column, order) {
  const sign = order === 'ascending' ? 1 : -1
  const [body] = table.tBodies
  const rows = [...body.rows].map((row) => ({ row, key: keyOf(row.cells[column]) }))
  rows.sort((a, b) => missing(a.key) - missing(b.key) || sign * compared(a.key, b.key))
  body.append(...rows.map(({ row }) => row))
}

const missing = (key) => (key === null ? 1 : 0)

function compared(a, b) {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return a === b ? 0 : a < b ? -1 : 1
}

function keyOf(cell) {
  const { value } = cell.dataset
  if (value === undefined) return cell.textContent
  return value === '' ? null : Number(value)
}

function addFilter(table) {
  const box = document.createElement('p')
  box.className = 'filter'
  const label = document.createElement('label')
  const input = document.createElement('input')
  const left = document.createElement('span')
  input.type = 'search'
  input.spellcheck = false
  input.autocomplete = 'off'
  left.setAttribute('role', 'status')
  label.append('filter ', input)
  box.append(label, left)
  table.closest('.scroll').before(box)
  input.addEventListener('input', () => filter(table, input.value, left))
}

// All words have to be in a row, in whatever case; its total stays, and is of all rows.
function filter(table, text, left) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const rows = [...table.tBodies[0].rows]
  for (const row of rows) {
    const told = row.textContent.toLowerCase()
    row.hidden = !words.every((word) => told.includes(word))
  }
  const shown = rows.filter((row) => !row.hidden).length
  left.textContent = words.length === 0 ? '' : `${shown} of ${rows.length} rows`
}

function enlivenPlot(plot) {
  const readout = plot.querySelector('.readout')
  const stretches = plot.querySelector('.stretches')
  if (!readout || !stretches) return
  const blank = '\u00a0'
  const show = ({ target }) => {
    readout.textContent = target.dataset.text ?? blank
  }
  stretches.addEventListener('pointerover', show)
  stretches.addEventListener('pointerleave', () => {
    readout.textContent = blank
  })
}

function enlivenMap(map) {
  const nodes = [...map.querySelectorAll('.node')]
  const ways = [...map.querySelectorAll('.way')]
  let chosen
  const choose = (node) => {
    chosen = chosen === node ? undefined : node
    const number = chosen?.dataset.node
    const ends = ({ dataset }) => [dataset.from, dataset.to]
    const near = ways.filter((way) => ends(way).includes(number))
    const left = new Set(near.flatMap(ends)).add(number)
    for (const way of ways) way.classList.toggle('far', chosen !== undefined && !near.includes(way))
    for (const each of nodes) {
      each.classList.toggle('far', chosen !== undefined && !left.has(each.dataset.node))
      each.setAttribute('aria-pressed', String(each === chosen))
    }
  }
  for (const node of nodes) {
    node.setAttribute('tabindex', '0')
    node.setAttribute('role', 'button')
    node.setAttribute('aria-pressed', 'false')
    node.addEventListener('click', () => choose(node))
    node.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return
      event.preventDefault()
      choose(node)
    })
  }
}

enliven(document.body)
