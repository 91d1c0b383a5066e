-- title: Entities fed by several sources
-- question: Which kinds of entities do several sources write to, and how far apart?
-- order: entities, kind, sources
WITH about AS (
  SELECT entity, split_part(entity, ':', 1) AS kind, source, event_time_us
  FROM events
  CROSS JOIN UNNEST(entities) AS listed (entity)
  WHERE duplicate IS NULL
),
fed AS (
  SELECT kind, entity, count(DISTINCT source) AS sources, count(*) AS events,
    max(event_time_us) - min(event_time_us) AS spread_us
  FROM about
  GROUP BY kind, entity
)
SELECT kind, sources, count(*) AS entities, sum(events) AS events, max(spread_us) AS most_spread_us
FROM fed
GROUP BY kind, sources
ORDER BY entities DESC, kind, sources
