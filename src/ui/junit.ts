import reports, { type Builder } from 'junit-report-builder'

export interface JunitCase {
  readonly name: string
  /** Undefined for what passed. */
  readonly bad?: {
    readonly kind: 'failure' | 'error' | 'skipped'
    readonly text: string
    readonly type: string
  }
}

/** A suite as JUnit's XML. */
export function junitText(name: string, className: string, cases: readonly JunitCase[]): string {
  // Its types say `default`, which CommonJS has not.
  const builder = (reports as unknown as Builder).newBuilder()
  const suite = builder.testSuite().name(name)
  for (const { name, bad } of cases) {
    const testCase = suite.testCase().name(name).className(className)
    if (!bad) continue
    // The library keeps the first end of a CDATA section in a text, and none after it.
    const text = bad.text.replaceAll(']]>', ']] >')
    if (bad.kind === 'skipped') testCase.skipped().standardOutput(text)
    else testCase[bad.kind](text, bad.type)
  }
  return builder.build()
}
