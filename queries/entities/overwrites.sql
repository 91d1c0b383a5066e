-- title: Fields that sources overwrite
-- question: Which fields of an entity do several sources write, and how often do they differ?
-- param: kind text null: only entities of this kind
-- order: overwrites, kind, path, source, next_source
-- engines: duckdb
-- In order of when things happened: the next event of the entity that has the field is of another
-- source, and says the same, or something else: an overwrite. Elements of lists are compared by
-- their number. Fields that differ in every event, such as ids and times, are never the same.
WITH written AS (
  SELECT listed.entity, f.path, f.place, e.source, f."value",
    coalesce(e.event_time_us, e.received_at_us) AS us, e.event_time, e.pos
  FROM events e
  CROSS JOIN UNNEST(e.entities) AS listed (entity)
  JOIN fields f ON f.pos = e.pos
  WHERE e.duplicate IS NULL AND ($kind IS NULL OR split_part(listed.entity, ':', 1) = $kind)
),
followed AS (
  SELECT entity, path, source AS next_source, "value" AS next_value, us AS next_us, event_time,
    lag(source) OVER (PARTITION BY entity, place ORDER BY us, pos) AS source,
    lag("value") OVER (PARTITION BY entity, place ORDER BY us, pos) AS "value",
    lag(us) OVER (PARTITION BY entity, place ORDER BY us, pos) AS us
  FROM written
)
SELECT split_part(entity, ':', 1) AS kind, path, source, next_source,
  sum(CASE WHEN next_value IS DISTINCT FROM "value" THEN 1 ELSE 0 END) AS overwrites,
  sum(CASE WHEN next_value IS DISTINCT FROM "value" THEN 0 ELSE 1 END) AS same,
  count(DISTINCT entity) AS entities, min(next_us - us) AS least_us, max(next_us - us) AS most_us,
  max(event_time) AS last_time
FROM followed
WHERE source <> next_source
GROUP BY split_part(entity, ':', 1), path, source, next_source
ORDER BY overwrites DESC, kind, path, source, next_source
