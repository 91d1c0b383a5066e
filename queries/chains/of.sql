-- title: Causal chain
-- question: What did an event cause, and what did that cause?
-- param: id text: the id of the event to begin with
-- param: depth integer 16: how many steps at most
-- order: depth, time, pos
WITH RECURSIVE chain (id, causation_id, type, source, event_time_us, event_time, depth, pos) AS (
  SELECT id, causation_id, type, source, event_time_us, event_time, 0, pos
  FROM events
  WHERE id = $id AND duplicate IS NULL
  UNION ALL
  SELECT e.id, e.causation_id, e.type, e.source, e.event_time_us, e.event_time, c.depth + 1, e.pos
  FROM events e
  JOIN chain c ON e.causation_id = c.id
  WHERE e.duplicate IS NULL AND c.depth < $depth
)
SELECT depth, id, causation_id, type, source, event_time, pos
FROM chain
ORDER BY depth, event_time_us, pos
