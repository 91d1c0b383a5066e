-- title: Latency by window
-- question: How long did first deliveries take, as percentiles, in each window?
-- param: window duration 1h: how long a window is
-- order: window
-- Percentiles as evt stats has them: HdrHistogram's highest equivalent value at three digits, NULL
-- where there are too few samples.
WITH measured AS (
  SELECT received_at_us - ((received_at_us % $window) + $window) % $window AS start_us,
    received_at_us - event_time_us AS us
  FROM events
  WHERE duplicate IS NULL AND received_at_us >= event_time_us
    AND received_at_us - event_time_us <= 35184372088831
),
ranked AS (
  SELECT start_us, us, greatest(0, length(to_base(us, 2)) - 11) AS bits,
    row_number() OVER (PARTITION BY start_us ORDER BY us) AS n,
    count(*) OVER (PARTITION BY start_us) AS events
  FROM measured
),
rounded AS (
  SELECT start_us, us, n, events,
    bitwise_left_shift(bitwise_right_shift(us, bits) + 1, bits) - 1 AS highest_us
  FROM ranked
)
SELECT from_unixtime(start_us / 1e6) AS window_start, max(events) AS events, min(us) AS min_us,
  min(CASE WHEN events >= 20 AND n >= ceil(0.5 * events) THEN highest_us END) AS p50_us,
  min(CASE WHEN events >= 100 AND n >= ceil(0.9 * events) THEN highest_us END) AS p90_us,
  min(CASE WHEN events >= 200 AND n >= ceil(0.95 * events) THEN highest_us END) AS p95_us,
  min(CASE WHEN events >= 1000 AND n >= ceil(0.99 * events) THEN highest_us END) AS p99_us,
  min(CASE WHEN events >= 10000 AND n >= ceil(0.999 * events) THEN highest_us END) AS p999_us,
  max(us) AS max_us
FROM rounded
GROUP BY start_us
ORDER BY start_us
