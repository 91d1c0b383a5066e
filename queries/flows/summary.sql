-- title: Flows
-- question: How many runs of each flow were completed, late, or got stuck?
-- order: flow
-- A run is completed where every step came in time, late where every step came but one or more
-- too late, stuck where the next step was due before the archive ends and did not come, open where
-- it is not due yet or has no limit. Times are of runs that came to their end. The median is the
-- value of the middle rank. Flows are in evt.yaml; how runs are found: evt help flows.
WITH lengths AS (
  SELECT flow, max(step) AS steps FROM flows GROUP BY flow
),
runs AS (
  SELECT flow, run, sum(took_us) AS took_us,
    sum(CASE WHEN state = 'stuck' THEN 1 ELSE 0 END) AS stuck,
    sum(CASE WHEN state = 'open' THEN 1 ELSE 0 END) AS waiting,
    sum(CASE WHEN state = 'late' THEN 1 ELSE 0 END) AS late
  FROM flow_steps
  GROUP BY flow, run
),
ended AS (
  SELECT flow, run, stuck, waiting, late,
    CASE WHEN stuck = 0 AND waiting = 0 THEN CAST(took_us AS bigint) END AS took_us
  FROM runs
),
ranked AS (
  SELECT flow, run, stuck, waiting, late, took_us,
    row_number() OVER (PARTITION BY flow ORDER BY took_us) AS n,
    count(took_us) OVER (PARTITION BY flow) AS ends
  FROM ended
)
SELECT l.flow, l.steps, count(r.run) AS runs,
  sum(CASE WHEN r.took_us IS NOT NULL AND r.late = 0 THEN 1 ELSE 0 END) AS completed,
  sum(CASE WHEN r.took_us IS NOT NULL AND r.late > 0 THEN 1 ELSE 0 END) AS late,
  sum(CASE WHEN r.stuck > 0 THEN 1 ELSE 0 END) AS stuck,
  sum(CASE WHEN r.waiting > 0 THEN 1 ELSE 0 END) AS "open",
  min(CASE WHEN r.n >= ceil(0.5 * r.ends) THEN r.took_us END) AS median_us,
  max(r.took_us) AS max_us
FROM lengths l
LEFT JOIN ranked r ON r.flow = l.flow
GROUP BY l.flow, l.steps
ORDER BY l.flow
