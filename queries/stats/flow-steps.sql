-- title: Steps of flows
-- question: How far did each run of each flow come, and was each step in time?
-- reads: events, flows
-- order: flow, run, step
-- Each first delivery of the first type begins a run, named by its pos. A later step is reached by
-- the first event of its type, at or after the step before by when things happened, of the same
-- thread: the same correlation id where both have one; else the same thing, which is the first
-- entity, or where there is none the key. Runs may share a step. One row for each step that is
-- reached, and one for the step that a run waits for: `open`, or `stuck` where it was due before
-- the last arrival in the archive.
WITH RECURSIVE things (pos, type, correlation_id, thing, us, n) AS (
  SELECT pos, type, correlation_id, coalesce(element_at(entities, 1), "key") AS thing,
    event_time_us AS us, row_number() OVER (ORDER BY event_time_us, pos) AS n
  FROM events
  WHERE duplicate IS NULL AND event_time_us IS NOT NULL AND type IN (SELECT type FROM flows)
),
-- Twice, as a step from which the next is looked for (role 0), and as the one that is found.
places (flow, step, role, pos, n, us, correlation_id, thing) AS (
  SELECT f.flow, f.step, 0 AS role, t.pos, t.n, t.us, t.correlation_id, t.thing
  FROM flows f
  JOIN things t ON t.type = f.type
  UNION ALL
  SELECT f.flow, f.step - 1, 1, t.pos, t.n, t.us, t.correlation_id, t.thing
  FROM flows f
  JOIN things t ON t.type = f.type
  WHERE f.step > 1
),
threads (flow, step, role, pos, n, us, correlation_id, kind, thread) AS (
  SELECT flow, step, role, pos, n, us, correlation_id, 0 AS kind, correlation_id AS thread
  FROM places
  WHERE correlation_id IS NOT NULL
  UNION ALL
  SELECT flow, step, role, pos, n, us, correlation_id, 1, thing
  FROM places
  WHERE thing IS NOT NULL
),
ahead (flow, step, role, pos, kind, correlation_id, next_n, next_without) AS (
  SELECT flow, step, role, pos, kind, correlation_id,
    min(CASE WHEN role = 1 THEN n END) OVER (
      PARTITION BY flow, step, kind, thread ORDER BY us, role, n
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS next_n,
    min(CASE WHEN role = 1 AND correlation_id IS NULL THEN n END) OVER (
      PARTITION BY flow, step, kind, thread ORDER BY us, role, n
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS next_without
  FROM threads
),
links (flow, step, pos, next_n) AS (
  SELECT flow, step, pos,
    min(CASE WHEN kind = 0 OR correlation_id IS NULL THEN next_n ELSE next_without END) AS next_n
  FROM ahead
  WHERE role = 0
  GROUP BY flow, step, pos
),
runs (flow, run, step, pos, us) AS (
  SELECT flow, pos, step, pos, us
  FROM places
  WHERE role = 0 AND step = 1
  UNION ALL
  SELECT r.flow, r.run, r.step + 1, t.pos, t.us
  FROM runs r
  JOIN links l ON l.flow = r.flow AND l.step = r.step AND l.pos = r.pos
  JOIN things t ON t.n = l.next_n
),
ends (end_us) AS (
  SELECT coalesce(max(received_at_us), max(event_time_us)) AS end_us FROM events
),
steps (flow, run, step, type, within_us, pos, after_pos, took_us, waited_us) AS (
  SELECT b.flow, b.run, b.step + 1 AS step, f.type, f.within_us, r.pos, b.pos AS after_pos,
    r.us - b.us AS took_us, e.end_us - b.us AS waited_us
  FROM runs b
  JOIN flows f ON f.flow = b.flow AND f.step = b.step + 1
  LEFT JOIN runs r ON r.flow = b.flow AND r.run = b.run AND r.step = b.step + 1
  CROSS JOIN ends e
)
SELECT flow, run, step, type, within_us, pos, after_pos, took_us,
  CASE WHEN pos IS NULL THEN waited_us END AS waited_us,
  CASE WHEN pos IS NULL AND waited_us > within_us THEN 'stuck'
    WHEN pos IS NULL THEN 'open'
    WHEN took_us > within_us THEN 'late'
    ELSE 'done' END AS state
FROM steps
ORDER BY flow, run, step
