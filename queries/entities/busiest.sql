-- title: Busiest entities
-- question: About which entities are most events?
-- param: kind text null: only entities of this kind
-- param: count integer 100: how many
-- order: events, entity
SELECT entity, count(*) AS events, count(DISTINCT type) AS types, count(DISTINCT source) AS sources,
  min(event_time) AS first_time, max(event_time) AS last_time
FROM events
CROSS JOIN UNNEST(entities) AS listed (entity)
WHERE duplicate IS NULL AND ($kind IS NULL OR split_part(entity, ':', 1) = $kind)
GROUP BY entity
ORDER BY events DESC, entity
LIMIT $count
