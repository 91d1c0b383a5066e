-- title: Steps of flows
-- question: How long did each step of each flow take, as percentiles, and how often was it late?
-- order: flow, step
-- Percentiles as evt stats has them: HdrHistogram's highest equivalent value at three digits, NULL
-- where there are too few samples, and of what is below 2^45 us.
WITH ranked AS (
  SELECT flow, step, state, took_us,
    CASE WHEN took_us <= 35184372088831 THEN took_us END AS held_us,
    CAST(greatest(0, length(to_base(took_us, 2)) - 11) AS integer) AS bits,
    row_number() OVER (PARTITION BY flow, step ORDER BY took_us) AS n,
    count(CASE WHEN took_us <= 35184372088831 THEN 1 END) OVER (PARTITION BY flow, step) AS held
  FROM flow_steps
),
rounded AS (
  SELECT flow, step, state, took_us, n, held, CASE WHEN held_us IS NOT NULL
      THEN bitwise_left_shift(bitwise_right_shift(held_us, bits) + 1, bits) - 1 END AS highest_us
  FROM ranked
)
SELECT f.flow, f.step, f.type, f.within_us, count(r.took_us) AS reached,
  sum(CASE WHEN r.state = 'late' THEN 1 ELSE 0 END) AS late,
  sum(CASE WHEN r.state = 'stuck' THEN 1 ELSE 0 END) AS stuck,
  sum(CASE WHEN r.state = 'open' THEN 1 ELSE 0 END) AS "open", min(r.took_us) AS min_us,
  min(CASE WHEN r.held >= 20 AND r.n >= ceil(0.5 * r.held) THEN r.highest_us END) AS p50_us,
  min(CASE WHEN r.held >= 100 AND r.n >= ceil(0.9 * r.held) THEN r.highest_us END) AS p90_us,
  min(CASE WHEN r.held >= 200 AND r.n >= ceil(0.95 * r.held) THEN r.highest_us END) AS p95_us,
  min(CASE WHEN r.held >= 1000 AND r.n >= ceil(0.99 * r.held) THEN r.highest_us END) AS p99_us,
  min(CASE WHEN r.held >= 10000 AND r.n >= ceil(0.999 * r.held) THEN r.highest_us END) AS p999_us,
  max(r.took_us) AS max_us
FROM flows f
LEFT JOIN rounded r ON r.flow = f.flow AND r.step = f.step
WHERE f.step > 1
GROUP BY f.flow, f.step, f.type, f.within_us
ORDER BY f.flow, f.step
