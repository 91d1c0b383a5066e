// Writes dist: a file for each command and thread, and the chunks that they share, as evt starts
// sooner from few files than from many. Packages of `dependencies` are left to npm; any other that
// the sources import becomes part of dist, with its licence.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'rolldown'
import { globSync } from 'tinyglobby'

const root = fileURLToPath(new URL('..', import.meta.url))
const { dependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
const starts = globSync(['commands/**/*.ts', 'src/cli/{start,help}.ts', 'src/**/*-thread.ts'], {
  cwd: root,
})

const { output } = await build({
  cwd: root,
  input: Object.fromEntries(starts.map((path) => [path.replace(/\.ts$/, ''), path])),
  platform: 'node',
  external: (id) => id.startsWith('#') || packageOf(id) in dependencies,
  transform: { target: 'node20.19' },
  output: {
    dir: 'dist',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    codeSplitting: {
      groups: [
        { debugName: 'package', test: /node_modules/, name: (path) => chunkOf(builtIn(path)) },
      ],
    },
  },
})

const paths = output.flatMap(({ moduleIds = [] }) => moduleIds)
const packages = [...new Set(paths.map(builtIn).filter(Boolean))].sort()
writeFileSync(`${root}dist/LICENSES.txt`, packages.map(licenceOf).join('\n'))

function packageOf(id) {
  return /^(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? id
}

/** The package that a file was installed with. */
function builtIn(path) {
  const [, inside] = path.split(/.*node_modules\//)
  return inside && packageOf(inside)
}

function chunkOf(name) {
  return name.replace('@', '').replace('/', '-')
}

function licenceOf(name) {
  const folder = `${root}node_modules/${name}`
  const file = readdirSync(folder).find((found) => /^licen[cs]e/i.test(found))
  if (!file) throw new Error(`${name} has no licence to go with dist`)
  return `${name}\n\n${readFileSync(`${folder}/${file}`, 'utf8')}`
}
