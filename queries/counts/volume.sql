-- title: Volume by type and window
-- question: How many events and bytes of each type arrived in each window?
-- param: window duration 1h: how long a window is
-- order: window, type, source
WITH placed AS (
  SELECT coalesce(received_at_us, event_time_us) AS us, type, source, bytes FROM events
),
windows AS (
  SELECT us - ((us % $window) + $window) % $window AS start_us, type, source, bytes FROM placed
)
SELECT from_unixtime(start_us / 1e6) AS window_start, type, source, count(*) AS events,
  sum(bytes) AS bytes, max(bytes) AS largest_bytes
FROM windows
GROUP BY start_us, type, source
ORDER BY start_us, type, source
