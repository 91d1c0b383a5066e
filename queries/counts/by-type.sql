-- title: Events by type
-- question: How many events of each type and source were delivered, in how many bytes?
-- order: events, type, source
SELECT type, source, count(*) AS events,
  sum(CASE WHEN duplicate IS NULL THEN 1 ELSE 0 END) AS first_deliveries,
  sum(bytes) AS bytes, min(event_time) AS first_time, max(event_time) AS last_time
FROM events
GROUP BY type, source
ORDER BY events DESC, type, source
