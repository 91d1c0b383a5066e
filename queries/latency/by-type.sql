-- title: Latency by type
-- question: How long did first deliveries take, as percentiles, of each type?
-- order: type, source
-- Percentiles as evt stats has them: HdrHistogram's highest equivalent value at three digits, NULL
-- where there are too few samples, and of what is below 2^45 us. Those that arrived before they
-- were sent are skewed and in no other figure.
WITH measured AS (
  SELECT type, source, received_at_us - event_time_us AS us,
    CASE WHEN received_at_us - event_time_us BETWEEN 0 AND 35184372088831
      THEN received_at_us - event_time_us END AS held_us
  FROM events
  WHERE duplicate IS NULL AND received_at_us IS NOT NULL AND event_time_us IS NOT NULL
),
ranked AS (
  SELECT type, source, us, held_us, CAST(greatest(0, length(to_base(held_us, 2)) - 11) AS integer) AS bits,
    row_number() OVER (PARTITION BY type, source ORDER BY held_us) AS n,
    count(held_us) OVER (PARTITION BY type, source) AS held
  FROM measured
),
rounded AS (
  SELECT type, source, us, n, held, CASE WHEN held_us IS NOT NULL
      THEN bitwise_left_shift(bitwise_right_shift(held_us, bits) + 1, bits) - 1 END AS highest_us
  FROM ranked
)
SELECT type, source, sum(CASE WHEN us >= 0 THEN 1 ELSE 0 END) AS events,
  min(CASE WHEN us >= 0 THEN us END) AS min_us,
  min(CASE WHEN held >= 20 AND n >= ceil(0.5 * held) THEN highest_us END) AS p50_us,
  min(CASE WHEN held >= 100 AND n >= ceil(0.9 * held) THEN highest_us END) AS p90_us,
  min(CASE WHEN held >= 200 AND n >= ceil(0.95 * held) THEN highest_us END) AS p95_us,
  min(CASE WHEN held >= 1000 AND n >= ceil(0.99 * held) THEN highest_us END) AS p99_us,
  min(CASE WHEN held >= 10000 AND n >= ceil(0.999 * held) THEN highest_us END) AS p999_us,
  max(CASE WHEN us >= 0 THEN us END) AS max_us,
  sum(CASE WHEN us < 0 THEN 1 ELSE 0 END) AS skewed
FROM rounded
GROUP BY type, source
ORDER BY type, source
