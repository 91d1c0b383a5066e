-- title: Events in the chains of an entity
-- question: Which other events have the correlation, a cause or an effect of an entity's events?
-- param: entity text: its kind and id, as in jobAd:123
-- param: depth integer 16: how many steps from cause to effect at most
-- param: most integer 1000: how many events at most; total says how many there are
-- order: time, then position
-- engines: duckdb
-- Sets alone end where ids cause one another, and Trino's recursion has none.
WITH RECURSIVE own AS (
  SELECT DISTINCT id, source, correlation_id, causation_id
  FROM events
  WHERE contains(entities, $entity)
),
links AS (
  SELECT DISTINCT id, causation_id FROM events WHERE causation_id IS NOT NULL
),
causes (id, depth) AS (
  SELECT causation_id, 1 FROM own WHERE causation_id IS NOT NULL
  UNION
  SELECT l.causation_id, c.depth + 1
  FROM causes c
  JOIN links l ON l.id = c.id
  WHERE c.depth < $depth
),
effects (id, depth) AS (
  SELECT id, 0 FROM own WHERE id IS NOT NULL
  UNION
  SELECT l.id, f.depth + 1
  FROM effects f
  JOIN links l ON l.causation_id = f.id
  WHERE l.id IS NOT NULL AND f.depth + 1 < $depth
),
related AS (
  SELECT min(e.pos) AS pos, count(*) AS deliveries
  FROM events e
  WHERE (e.correlation_id IN (SELECT correlation_id FROM own)
      OR e.id IN (SELECT id FROM causes)
      OR e.causation_id IN (SELECT id FROM effects))
    AND NOT contains(e.entities, $entity)
    AND NOT EXISTS (SELECT 1 FROM own o WHERE o.id = e.id AND o.source = e.source)
  GROUP BY e.source, e.id, CASE WHEN e.id IS NULL THEN e.pos END
)
SELECT e.id, e.type, e.source, e.event_time_us, e.received_at_us, e.entities, e.correlation_id,
  e.causation_id, r.deliveries, count(*) OVER () AS total, e.pos
FROM related r
JOIN events e ON e.pos = r.pos
ORDER BY coalesce(e.event_time_us, e.received_at_us), e.pos
LIMIT $most
