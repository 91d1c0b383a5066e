/* What a dashboard draws and what alarms watch. An alarm belongs to a graph, and the line that is
 * drawn there is made of it: the two cannot disagree. */

export type Dimensions = readonly (readonly [name: string, value: string])[]

export interface Metric {
  readonly namespace: string
  readonly name: string
  readonly dimensions: Dimensions
  /** `Sum`, `Maximum`, `p99`, `PR(:500)`… */
  readonly stat: string
  readonly label?: string | undefined
}

/** Metrics put together; `m1`, `m2`… in the expression are those of the list. */
interface Formula {
  readonly expression: string
  readonly label: string
  readonly of: readonly Metric[]
}

export type Series = Metric | Formula

export interface Line {
  readonly value: number
  readonly label: string
}

export interface Graph {
  readonly title: string
  readonly series: readonly Series[]
  readonly periodS: number
  /** Of the left axis. */
  readonly unit: string
  readonly alarms: readonly Alarm[]
  /** Lines that are no alarm's, such as how long a queue keeps a message. */
  readonly lines?: readonly Line[] | undefined
}

interface AlarmBase {
  /** Within what it is about: `loss`, `errors`. */
  readonly what: string
  /** Which of several there, such as a rule of a bus. */
  readonly of?: string | undefined
  /** What it means and what to do, for who is called. */
  readonly explain: string
  /** Which of the graph it watches. */
  readonly series: Series
  /** In how many of how many periods it has to be so. */
  readonly datapoints: number
  readonly periods: number
  /** Other than the graph's. */
  readonly periodS?: number | undefined
  readonly missing: 'breaching' | 'notBreaching' | 'ignore' | 'missing'
  /** Of few events a percentile says enough, too: CloudWatch would wait for 1,000 a p99. */
  readonly isOfFew?: boolean | undefined
  /** It is a part of a composite alarm, and calls nobody by itself. */
  readonly isPart?: boolean | undefined
}

export interface StaticAlarm extends AlarmBase {
  readonly kind: 'static'
  readonly operator: StaticOperator
  readonly threshold: number
}

/** Outside of what CloudWatch has learnt to expect. */
interface BandAlarm extends AlarmBase {
  readonly kind: 'band'
  readonly operator: BandOperator
  /** In standard deviations. */
  readonly width: number
}

export type Alarm = StaticAlarm | BandAlarm

type StaticOperator = 'GreaterThanOrEqualToThreshold' | 'GreaterThanThreshold' | 'LessThanThreshold'

type BandOperator =
  | 'LessThanLowerThreshold'
  | 'GreaterThanUpperThreshold'
  | 'LessThanLowerOrGreaterThanUpperThreshold'

export const isFormula = (series: Series): series is Formula => 'expression' in series
