-- title: Replays
-- question: What was replayed, by which replay, and how long after it happened?
-- order: replay, type, source
SELECT replay, type, source, count(*) AS events,
  sum(CASE WHEN duplicate IS NULL THEN 1 ELSE 0 END) AS first_deliveries,
  min(received_at) AS first_received_at, max(received_at) AS last_received_at,
  max(received_at_us - event_time_us) AS oldest_us
FROM events
WHERE replay IS NOT NULL
GROUP BY replay, type, source
ORDER BY replay, type, source
