-- title: What passes again
-- question: Which events name a cause or are named as one, and which of the others passed the same node again?
-- param: passes integer 5: how often a thread passes a node, at least
-- param: most integer 100000: of what passed again so many events at most
-- order: time, then position
-- A node is a source and a type. What holds a thread together is the first entity, else the key,
-- else the correlation id; events without any of them are of one thread without a name. Those that
-- passed again have their thread, how many first deliveries it has, and their payload. Where they
-- are too many, threads come first that pass nodes which few threads pass again, as what most do is
-- meant to be so; then those that pass one most often; each by its earliest events; last the thread
-- without a name, by the earliest of each node in turn, so that what is passed seldom is whole.
-- Without the producer's time, what comes again may be the same delivery.
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
passed AS (
  SELECT source, type, thread, count(*) AS times
  FROM firsts
  WHERE linked = 0 AND told = 1
  GROUP BY source, type, thread
  HAVING count(*) >= $passes
),
begun AS (
  SELECT thread, count(*) AS thread_events
  FROM firsts
  WHERE thread <> ''
  GROUP BY thread
),
nodes AS (
  SELECT source, type, count(*) AS threads
  FROM passed
  GROUP BY source, type
),
ranked AS (
  SELECT p.thread, min(n.threads) AS rarity, max(p.times) AS often
  FROM passed p
  JOIN nodes n ON n.source = p.source AND n.type = p.type
  GROUP BY p.thread
),
turned AS (
  SELECT f.pos, f.thread, f.at_us, r.rarity, r.often,
    CASE WHEN f.thread = '' THEN row_number() OVER (
      PARTITION BY f.source, f.type, f.thread ORDER BY f.at_us, f.pos
    ) ELSE 0 END AS turn
  FROM firsts f
  JOIN passed p ON p.source = f.source AND p.type = f.type AND p.thread = f.thread
  JOIN ranked r ON r.thread = f.thread
  WHERE f.linked = 0 AND f.told = 1
),
placed AS (
  SELECT pos, thread, row_number() OVER (
    ORDER BY CASE WHEN thread = '' THEN 1 ELSE 0 END, rarity, often DESC, thread, turn, at_us, pos
  ) AS place
  FROM turned
),
again AS (
  SELECT a.pos, b.thread_events
  FROM placed a
  LEFT JOIN begun b ON b.thread = a.thread
  WHERE a.place <= $most
)
SELECT f.id, f.source, f.type, f.at_us, f.received_at_us, f.correlation_id, f.causation_id,
  f.trace_id, f.entities, f.bytes, f.position, f.pos,
  CASE WHEN a.pos IS NOT NULL THEN f.thread END AS thread, a.thread_events,
  CASE WHEN a.pos IS NOT NULL THEN f.payload END AS payload
FROM firsts f
LEFT JOIN again a ON a.pos = f.pos
WHERE f.linked = 1 OR a.pos IS NOT NULL
ORDER BY at_us, pos
