-- title: What passes again, in one reading
-- question: Which events name a cause or are named as one, and which of the others passed the same node again?
-- param: passes integer 5: how often a thread passes a node, at least
-- param: most integer 100000: of what passed again so many events at most
-- order: time, then position
-- The same as loops/again, where each relation is made anew wherever it is named, and billed: there
-- the counts of threads and nodes are windows instead of joins.
WITH named AS (
  SELECT DISTINCT causation_id AS cause FROM events WHERE causation_id IS NOT NULL
),
firsts AS (
  SELECT e.id, e.source, e.type, coalesce(e.event_time_us, e.received_at_us) AS at_us,
    e.received_at_us, e.correlation_id, e.causation_id, e.trace_id, e.entities, e.bytes,
    e.position, e.pos, e.payload,
    CASE WHEN element_at(e.entities, 1) IS NOT NULL THEN concat('e ', element_at(e.entities, 1))
      WHEN e."key" IS NOT NULL THEN concat('k ', e."key")
      WHEN e.correlation_id IS NOT NULL THEN concat('c ', e.correlation_id)
      ELSE '' END AS thread,
    CASE WHEN e.causation_id IS NOT NULL OR e.trace_id LIKE '%Lineage=%' OR n.cause IS NOT NULL
      THEN 1 ELSE 0 END AS linked,
    CASE WHEN e.replay IS NULL AND coalesce(e.attempt, 1) <= 1 AND length(e.payload) <= 65536
        AND (e.event_time_us IS NOT NULL OR e.attempt IS NOT NULL AND e.received_at_us IS NOT NULL)
      THEN 1 ELSE 0 END AS told
  FROM events e
  LEFT JOIN named n ON n.cause = e.id
  WHERE e.duplicate IS NULL
),
counted AS (
  SELECT *, count(*) OVER (PARTITION BY thread) AS all_of_thread,
    CASE WHEN linked = 0 AND told = 1
      THEN count(*) OVER (PARTITION BY source, type, thread, linked, told) END AS times
  FROM firsts
),
passed AS (
  SELECT *, CASE WHEN times >= $passes THEN 1 ELSE 0 END AS passes
  FROM counted
),
numbered AS (
  SELECT *, row_number() OVER (PARTITION BY source, type, thread, passes ORDER BY pos) AS nth
  FROM passed
),
nodes AS (
  SELECT *, sum(CASE WHEN passes = 1 AND nth = 1 THEN 1 ELSE 0 END)
    OVER (PARTITION BY source, type) AS threads
  FROM numbered
),
ranked AS (
  SELECT *, min(CASE WHEN passes = 1 THEN threads END) OVER (PARTITION BY thread) AS rarity,
    max(CASE WHEN passes = 1 THEN times END) OVER (PARTITION BY thread) AS often
  FROM nodes
),
placed AS (
  SELECT *, CASE WHEN passes = 1 THEN row_number() OVER (
    PARTITION BY passes ORDER BY CASE WHEN thread = '' THEN 1 ELSE 0 END, rarity, often DESC,
      thread, at_us, pos
  ) END AS place
  FROM ranked
)
SELECT id, source, type, at_us, received_at_us, correlation_id, causation_id, trace_id, entities,
  bytes, position, pos, CASE WHEN place <= $most THEN thread END AS thread,
  CASE WHEN place <= $most AND thread <> '' THEN all_of_thread END AS thread_events,
  CASE WHEN place <= $most THEN payload END AS payload
FROM placed
WHERE linked = 1 OR place <= $most
ORDER BY at_us, pos
