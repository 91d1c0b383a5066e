import { EvtError } from '../errors.js'
import { createMapping } from '../event/mapping.js'
import { mappingLines } from '../gate/mapping-lines.js'
import { measuredRun, savedRuns } from '../gate/measure.js'
import { provenanceOf } from '../gate/provenance.js'
import { type CheckRun, judgedRun } from '../gate/run.js'
import { savedRunOf } from '../gate/save.js'
import type { SavedRun } from '../gate/saved-run.js'
import { namedSources } from '../reading/named-sources.js'
import { gateChoices, sentChoices } from './check-flags.js'
import { reading, type TypedArchive } from './read-request.js'
import { nowOf } from './time.js'

interface TypedSave extends TypedArchive {
  flags: TypedArchive['flags'] &
    Parameters<typeof gateChoices>[0] &
    Parameters<typeof sentChoices>[0] & {
      'if-passed': boolean
      rule?: string[] | undefined
      baseline?: string | undefined
      'baseline-runs': number
      'baseline-branch'?: string | undefined
    }
}

/** Measures what was typed as a run to be saved; with --if-passed, judges it first. */
export async function runToSave(
  typed: TypedSave,
): Promise<{ run: SavedRun; check: CheckRun | null }> {
  const { flags, version } = typed
  return reading(typed, async (request) => {
    const nowMs = nowOf(request.env)
    const asked = { ...request, choices: gateChoices(flags), nowMs }
    const { config, sources } = await namedSources(asked)
    const files = await savedRuns(sources, request.cwd)
    const mapping = createMapping({ events: config.events, maps: request.maps })
    const lines = files?.[0].run.mapping ?? mappingLines(mapping, request.presets ?? [])
    const judged = flags['if-passed']
      ? await judgedRun(
          {
            ...asked,
            given: sources,
            rules: flags.rule ?? [],
            sent: sentChoices(flags),
            baseline: {
              name: flags.baseline,
              runs: flags['baseline-runs'],
              branch: flags['baseline-branch'],
            },
          },
          ({ windowUs, saved }) => measuredRun({ request: asked, sources, windowUs, nowMs, saved }),
        )
      : null
    const run =
      judged?.run ??
      (await measuredRun({ request: asked, sources, windowUs: null, nowMs, saved: files }))
    if (run.failure) throw run.failure
    const [doubt] = run.doubts
    if (doubt !== undefined) {
      const message = 'the run is not saved: its mapping finds nothing'
      throw new EvtError(message, { code: 'inconclusive', hint: doubt })
    }
    const provenance = await provenanceOf(request.env, request.cwd)
    const saved = savedRunOf(run, { ...provenance, mapping: lines, version, nowMs })
    return { run: saved, check: judged }
  })
}
