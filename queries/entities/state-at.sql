-- title: State at a time
-- question: What was the last event of each entity at a time?
-- param: at time null: the moment, included; null: the end
-- param: kind text null: only entities of this kind
-- order: entity
-- By when things happened, else by arrival; of events at the same moment the last in the archive.
-- What the events of one entity lead to together, evt audit --state tells.
WITH placed AS (
  SELECT entity, coalesce(event_time_us, received_at_us) AS us, id, type, source, event_time,
    sequence, payload, pos
  FROM events
  CROSS JOIN UNNEST(entities) AS listed (entity)
  WHERE duplicate IS NULL AND ($kind IS NULL OR split_part(entity, ':', 1) = $kind)
),
ranked AS (
  SELECT entity, id, type, source, event_time, sequence, payload, pos,
    row_number() OVER (PARTITION BY entity ORDER BY us DESC, pos DESC) AS nth,
    count(*) OVER (PARTITION BY entity) AS events
  FROM placed
  WHERE us IS NOT NULL AND ($at IS NULL OR us <= $at)
)
SELECT entity, events, id, type, source, event_time, sequence, payload, pos
FROM ranked
WHERE nth = 1
ORDER BY entity
