-- title: Latency by type
-- question: How long did first deliveries take, as percentiles, of each type?
-- order: type, source
-- Percentiles as evt stats has them: HdrHistogram's highest equivalent value at three digits, NULL
-- where there are too few samples.
WITH measured AS (
  SELECT type, source,
    received_at_us - event_time_us AS us
  FROM events
  WHERE duplicate IS NULL AND received_at_us >= event_time_us
    AND received_at_us - event_time_us <= 35184372088831
),
ranked AS (
  SELECT type, source, us, greatest(0, length(to_base(us, 2)) - 11) AS bits,
    row_number() OVER (PARTITION BY type, source ORDER BY us) AS n,
    count(*) OVER (PARTITION BY type, source) AS events
  FROM measured
),
rounded AS (
  SELECT type, source, us, n, events,
    bitwise_left_shift(bitwise_right_shift(us, bits) + 1, bits) - 1 AS highest_us
  FROM ranked
)
SELECT type, source, max(events) AS events, min(us) AS min_us,
  min(CASE WHEN events >= 20 AND n >= ceil(0.5 * events) THEN highest_us END) AS p50_us,
  min(CASE WHEN events >= 100 AND n >= ceil(0.9 * events) THEN highest_us END) AS p90_us,
  min(CASE WHEN events >= 200 AND n >= ceil(0.95 * events) THEN highest_us END) AS p95_us,
  min(CASE WHEN events >= 1000 AND n >= ceil(0.99 * events) THEN highest_us END) AS p99_us,
  min(CASE WHEN events >= 10000 AND n >= ceil(0.999 * events) THEN highest_us END) AS p999_us,
  max(us) AS max_us
FROM rounded
GROUP BY type, source
ORDER BY type, source
