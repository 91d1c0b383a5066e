-- title: Events by source
-- question: How many events of how many types did each source send?
-- order: events, source
SELECT source, count(*) AS events,
  sum(CASE WHEN duplicate IS NULL THEN 1 ELSE 0 END) AS first_deliveries,
  count(DISTINCT type) AS types, sum(bytes) AS bytes,
  min(event_time) AS first_time, max(event_time) AS last_time
FROM events
GROUP BY source
ORDER BY events DESC, source
