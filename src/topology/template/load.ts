import { readFile, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { listGlob } from '../../archives/glob.js'
import { missing } from '../../archives/missing.js'
import { codeOf, readError } from '../../archives/read-error.js'
import { isGlob } from '../../archives/wildcards.js'
import { EvtError } from '../../errors.js'
import type { JsonObject } from '../../event/event.js'
import type { Gap } from '../model.js'
import { withDefinitions } from './definitions.js'
import { isMapping, parseTemplate, section, type Template } from './parse.js'
import { expandSam, strangeTransforms } from './sam/expand.js'

/** CloudFormation takes 1 MB; what tools write before they pack it may be larger. */
const MOST_BYTES = 64 * 1024 * 1024
const MOST_NESTED = 20

/** A template that was read, with those that it nests. */
export interface Loaded {
  /** As it is shown: the path that was given, or the template that nests it and its logical id. */
  readonly name: string
  readonly body: JsonObject
  readonly nested: ReadonlyMap<string, Loaded>
}

interface Loading {
  readonly cwd: string
  readonly gaps: Gap[]
  /** Files that others nest: they are no stacks of their own. */
  readonly isNested: Set<string>
}

/**
 * Reads the templates that paths and globs name, and those that they nest where these lie beside
 * them.
 *
 * @throws EvtError `usage` where a file is no template, or there is none
 */
export async function loadTemplates(
  given: readonly string[],
  cwd: string,
): Promise<{ roots: Loaded[]; gaps: Gap[] }> {
  const loading: Loading = { cwd, gaps: [], isNested: new Set() }
  const templates: Template[] = []
  for (const each of given) templates.push(...(await templatesAt(each, loading)))
  const once = [...new Map(templates.map((template) => [template.file, template])).values()]
  const loaded: { file: string; root: Loaded }[] = []
  for (const template of once) {
    const root = await withNested(template, template.file, loading, [])
    loaded.push({ file: resolve(cwd, template.file), root })
  }
  const roots = loaded.filter(({ file }) => !loading.isNested.has(file))
  return { roots: roots.map(({ root }) => root), gaps: loading.gaps }
}

async function templatesAt(given: string, { cwd, gaps }: Loading): Promise<Template[]> {
  const isMany = isGlob(given)
  const folder = isMany ? undefined : await folderOf(given, cwd)
  if (!isMany && folder === undefined) return [await readTemplate(given, cwd)]
  const pattern = folder === undefined ? given : join(given, '*.template.json')
  const found: Template[] = []
  let first: EvtError | undefined
  for (const { path } of await listGlob(pattern, cwd)) {
    try {
      found.push(await readTemplate(path, cwd))
    } catch (error) {
      if (!(error instanceof EvtError)) throw error
      // A glob may match other files as well.
      first ??= error
      gaps.push({ kind: 'type', at: path, explain: `left out: ${error.message}` })
    }
  }
  if (found.length === 0 && first) throw first
  return found
}

async function folderOf(path: string, cwd: string): Promise<string | undefined> {
  try {
    return (await stat(resolve(cwd, path))).isDirectory() ? path : undefined
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') throw await missing(path, cwd)
    throw readError(path, error)
  }
}

async function readTemplate(path: string, cwd: string): Promise<Template> {
  try {
    const file = resolve(cwd, path)
    const { size } = await stat(file)
    if (size > MOST_BYTES) {
      const message = `${path} is no template of CloudFormation: it has ${size} bytes`
      throw new EvtError(message, { code: 'usage' })
    }
    const text = (await readFile(file, 'utf8')).replace(/^\ufeff/, '')
    return parseTemplate(text, path)
  } catch (error) {
    throw error instanceof EvtError ? error : readError(path, error)
  }
}

async function withNested(
  template: Template,
  name: string,
  loading: Loading,
  above: readonly string[],
): Promise<Loaded> {
  const { body: given, file, strangeTags, repeated } = template
  // Names of files stand in tokens.
  const shown = name.replaceAll(/[#{}]/g, '_')
  const gap = (kind: Gap['kind'], explain: string, id?: string) =>
    loading.gaps.push({ kind, at: id === undefined ? shown : `${shown}#${id}`, explain })
  for (const tag of new Set(strangeTags)) gap('transform', `the tag ${tag} is not known`)
  for (const line of repeated) {
    gap('value', `the key at line ${line} is there before already: the last one counts`)
  }
  const written = await withDefinitions(given, dirname(resolve(loading.cwd, file)))
  for (const transform of strangeTransforms(written)) {
    gap('transform', `the transform ${transform} cannot be expanded: what it makes is not known`)
  }
  const body = expandSam(written)
  const nested = new Map<string, Loaded>()
  for (const [id, resource] of Object.entries(section(body, 'Resources'))) {
    if (!isMapping(resource) || resource['Type'] !== 'AWS::CloudFormation::Stack') continue
    const path = pathOf(resource)
    const whole = [...above, file]
    if (path === undefined) {
      gap('nested', 'the template of the nested stack is not on this machine', id)
      continue
    }
    const at = join(dirname(file), path)
    if (whole.includes(at) || whole.length > MOST_NESTED) {
      gap('nested', `the nested stack ${path} nests itself`, id)
      continue
    }
    try {
      const inner = await readTemplate(at, loading.cwd)
      loading.isNested.add(resolve(loading.cwd, at))
      nested.set(id, await withNested(inner, `${shown}/${id}`, loading, whole))
    } catch (error) {
      if (!(error instanceof EvtError)) throw error
      gap('nested', `the nested stack is not read: ${error.message}`, id)
    }
  }
  return { name: shown, body, nested }
}

/** Where the template of a nested stack lies: a path, or what CDK notes of it. */
function pathOf(resource: JsonObject): string | undefined {
  const asset = section(resource, 'Metadata')['aws:asset:path']
  const url = asset ?? section(resource, 'Properties')['TemplateURL']
  return typeof url === 'string' && !/^\w+:\/\//.test(url) ? url : undefined
}
