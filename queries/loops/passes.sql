-- title: What may pass again
-- question: Of which thread do most events pass the same node without a cause, if so many do?
-- param: passes integer 5: how often a thread passes a node, at least
-- param: most integer 1: so many threads at most
-- order: events, then source, type and thread
-- A node is a source and a type; threads are those of loops/again. Payloads are not looked at, so
-- that an index answers: where there is nothing of it, loops/links has all that loops/again has.
WITH named AS (
  SELECT DISTINCT causation_id AS cause FROM events WHERE causation_id IS NOT NULL
)
SELECT e.source, e.type,
  CASE WHEN element_at(e.entities, 1) IS NOT NULL THEN concat('e ', element_at(e.entities, 1))
    WHEN e."key" IS NOT NULL THEN concat('k ', e."key")
    WHEN e.correlation_id IS NOT NULL THEN concat('c ', e.correlation_id)
    ELSE '' END AS thread,
  count(*) AS events
FROM events e
LEFT JOIN named n ON n.cause = e.id
WHERE e.duplicate IS NULL
  AND e.causation_id IS NULL
  AND (e.trace_id IS NULL OR e.trace_id NOT LIKE '%Lineage=%')
  AND n.cause IS NULL
  AND e.replay IS NULL
  AND coalesce(e.attempt, 1) <= 1
GROUP BY 1, 2, 3
HAVING count(*) >= $passes
ORDER BY events DESC, source, type, thread
LIMIT $most
