export const words = {
  employers: ['Nordlicht GmbH', 'Hafenwerk AG', 'Alpenblick KG', 'Rheinbogen SE', 'Kiesel UG'],
  titles: ['Data Engineer', 'Nurse', 'Carpenter', 'Site Manager', 'Teacher', 'Cook', 'Welder'],
  cities: ['Hamburg', 'Leipzig', 'Graz', 'Basel', 'Kiel', 'Linz', 'Bonn', 'Ulm', 'Mainz'],
  statuses: ['draft', 'review', 'online', 'paused', 'filled'],
} as const

const sentences = [
  'We are looking for someone who likes careful work and a team that listens. ',
  'You bring two years of experience, or the curiosity that makes up for them. ',
  'We offer thirty days of leave, training that you choose, and help with moving. ',
  'The position is permanent, full or part time, and can start on the first of a month. ',
  'Please write in a few sentences what you would change here; a letter is not needed. ',
].join('')
const twice = sentences.repeat(2)

export function pick(list: readonly string[], index: number): string {
  return list[index % list.length] ?? ''
}

/** So many characters of text about a job, from somewhere in it. */
export function prose(length: number, from: number): string {
  const start = from % sentences.length
  if (length <= sentences.length) return twice.slice(start, start + length)
  return sentences
    .repeat(Math.ceil((start + length) / sentences.length))
    .slice(start, start + length)
}
