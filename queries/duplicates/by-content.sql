-- title: Duplicates by content
-- question: Which contents were published under several ids?
-- order: ids, type, source, first_id
-- Contents are compared as texts: the same fields in another order are another content.
SELECT type, source, count(DISTINCT id) AS ids, min(id) AS first_id, max(id) AS last_id,
  min(event_time) AS first_time, max(event_time) AS last_time,
  max(event_time_us) - min(event_time_us) AS spread_us
FROM events
WHERE duplicate IS NULL AND payload IS NOT NULL
GROUP BY type, source, payload
HAVING count(DISTINCT id) > 1
ORDER BY ids DESC, type, source, first_id
