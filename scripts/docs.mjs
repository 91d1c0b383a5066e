// Writes the help of every command between the markers of README.md, and the JSON Schema of
// evt.yaml that is shipped for editors; --check only compares.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

const [start, end] = ['<!-- commands -->', '<!-- /commands -->']
const { commands } = JSON.parse(readFileSync('oclif.manifest.json', 'utf8'))

const evt = (...words) => {
  const env = { ...process.env, NO_COLOR: '1', COLUMNS: '100' }
  return spawnSync(process.execPath, ['bin/run.js', ...words], { encoding: 'utf8', env }).stdout
}
const help = (words) =>
  evt(...words, '--help')
    .replace(/[ \t]+$/gm, '')
    .trim()
const sections = Object.values(commands)
  .filter((command) => !command.hidden)
  .map(({ id }) => id.split(':'))
  .sort((a, b) => (a.join(' ') < b.join(' ') ? -1 : 1))
  .map((words) => `### \`evt ${words.join(' ')}\`\n\n\`\`\`text\n${help(words)}\n\`\`\``)

const readme = readFileSync('README.md', 'utf8')
const [before, rest] = readme.split(start)
const after = rest?.split(end)[1]
if (after === undefined) {
  console.error(`docs: README.md has no ${start} … ${end}`)
  process.exit(2)
}
const written = `${before}${start}\n\n${sections.join('\n\n')}\n\n${end}${after}`
const files = [
  ['README.md', written, 'the command reference of README.md'],
  ['evt.schema.json', evt('init', '--schema'), 'evt.schema.json'],
]
for (const [path, text, name] of files) {
  if (!process.argv.includes('--check')) writeFileSync(path, text)
  else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    console.error(`docs: ${name} is out of date: npm run docs`)
    process.exitCode = 1
  }
}
