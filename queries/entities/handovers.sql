-- title: Delay between sources
-- question: Where several sources feed an entity, how long after one does another follow?
-- order: handovers, kind, source, next_source
-- A handover is an event of an entity whose event before, by when they happened, is of another
-- source. The median is the value of the middle rank.
WITH placed AS (
  SELECT entity, split_part(entity, ':', 1) AS kind, source, event_time_us, pos
  FROM events
  CROSS JOIN UNNEST(entities) AS listed (entity)
  WHERE duplicate IS NULL AND event_time_us IS NOT NULL
),
followed AS (
  SELECT entity, kind, source AS next_source,
    lag(source) OVER (PARTITION BY entity ORDER BY event_time_us, pos) AS source,
    event_time_us - lag(event_time_us) OVER (PARTITION BY entity ORDER BY event_time_us, pos) AS us
  FROM placed
),
ranked AS (
  SELECT entity, kind, source, next_source, us,
    row_number() OVER (PARTITION BY kind, source, next_source ORDER BY us) AS n,
    count(*) OVER (PARTITION BY kind, source, next_source) AS handovers
  FROM followed
  WHERE source <> next_source
)
SELECT kind, source, next_source, max(handovers) AS handovers, count(DISTINCT entity) AS entities,
  min(us) AS least_us, min(CASE WHEN n >= ceil(0.5 * handovers) THEN us END) AS median_us,
  max(us) AS most_us
FROM ranked
GROUP BY kind, source, next_source
ORDER BY handovers DESC, kind, source, next_source
