-- title: Schema versions in use
-- question: Which versions of each type's schema are in use, and since when?
-- order: type, source, version
SELECT type, source, version, count(*) AS events, min(event_time) AS first_time,
  max(event_time) AS last_time
FROM events
GROUP BY type, source, version
ORDER BY type, source, coalesce(version, '')
