// Writes the help of every command between the markers of README.md; --check only compares.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'

const [start, end] = ['<!-- commands -->', '<!-- /commands -->']
const { commands } = JSON.parse(readFileSync('oclif.manifest.json', 'utf8'))

const help = (words) => {
  const env = { ...process.env, NO_COLOR: '1', COLUMNS: '100' }
  const args = ['bin/run.js', ...words, '--help']
  const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', env })
  return stdout.replace(/[ \t]+$/gm, '').trim()
}
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
if (process.argv.includes('--check')) {
  if (written !== readme) {
    console.error('docs: the command reference of README.md is out of date: npm run docs')
    process.exitCode = 1
  }
} else {
  writeFileSync('README.md', written)
}
