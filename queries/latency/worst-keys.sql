-- title: Keys with the worst latency
-- question: Which keys' events take longest to arrive?
-- param: least integer 10: keys with fewer first deliveries are left out
-- order: mean_us, key
SELECT "key", count(*) AS events, avg(CAST(received_at_us - event_time_us AS double)) AS mean_us,
  max(received_at_us - event_time_us) AS max_us
FROM events
WHERE duplicate IS NULL AND "key" IS NOT NULL AND received_at_us >= event_time_us
GROUP BY "key"
HAVING count(*) >= $least
ORDER BY mean_us DESC, "key"
