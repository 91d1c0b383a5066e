-- title: First and last seen
-- question: When was each type seen first, and when last?
-- order: last_us, type, source
SELECT type, source, min(event_time) AS first_time, max(event_time) AS last_time,
  min(received_at) AS first_received_at, max(received_at) AS last_received_at, count(*) AS events
FROM events
GROUP BY type, source
ORDER BY max(coalesce(event_time_us, received_at_us)), type, source
