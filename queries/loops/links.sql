-- title: Causes and effects
-- question: Which events name a cause, are named as one, or have a lineage?
-- param: id text '': an event that is to be among them in any case
-- order: time, then position
SELECT id, source, type, coalesce(event_time_us, received_at_us) AS at_us, received_at_us,
  correlation_id, causation_id, trace_id, entities, bytes, position, pos
FROM events
WHERE duplicate IS NULL
  AND (causation_id IS NOT NULL
    OR trace_id LIKE '%Lineage=%'
    OR id = $id
    OR id IN (SELECT causation_id FROM events WHERE causation_id IS NOT NULL))
ORDER BY at_us, pos
