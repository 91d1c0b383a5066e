// What the page can do beside being read: tables are sorted by the title that is pressed, a plot
// says what is under the pointer, and a map shows what is around a node that is pressed.

for (const table of document.querySelectorAll('table.sortable')) {
  for (const [column, title] of [...table.tHead.rows[0].cells].entries()) {
    const button = document.createElement('button')
    button.type = 'button'
    button.append(...title.childNodes)
    title.append(button)
    button.addEventListener('click', () => sort(table, title, column))
  }
}

function sort(table, title, column) {
  const isNumber = title.classList.contains('n')
  const before = title.getAttribute('aria-sort')
  const first = isNumber ? 'descending' : 'ascending'
  const other = isNumber ? 'ascending' : 'descending'
  const order = before === first ? other : first
  for (const each of title.parentNode.cells) each.removeAttribute('aria-sort')
  title.setAttribute('aria-sort', order)
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

for (const plot of document.querySelectorAll('figure.plot')) {
  const readout = plot.querySelector('.readout')
  const stretches = plot.querySelector('.stretches')
  if (!readout || !stretches) continue
  const blank = readout.textContent
  const show = ({ target }) => {
    readout.textContent = target.dataset.text ?? blank
  }
  stretches.addEventListener('pointerover', show)
  stretches.addEventListener('pointerleave', () => {
    readout.textContent = blank
  })
}

for (const map of document.querySelectorAll('figure.map')) {
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
