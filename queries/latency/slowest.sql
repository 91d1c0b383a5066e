-- title: Slowest events
-- question: Which events took longest to arrive?
-- param: count integer 100: how many
-- order: latency_us, pos
SELECT received_at_us - event_time_us AS latency_us, source, id, type, "key", event_time,
  received_at, position, pos
FROM events
WHERE duplicate IS NULL AND received_at_us >= event_time_us
ORDER BY latency_us DESC, pos
LIMIT $count
