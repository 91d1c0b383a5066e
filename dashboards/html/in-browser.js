// What the page can do beside being read: tables are sorted by the title that is pressed, and a
// plot says what is under the pointer.

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
