-- title: Repeated deliveries
-- question: Which deliveries came again, and why?
-- reads: deliveries
-- order: pos
-- One row for every delivery but the first of its identity. An identity's deliveries are in order of
-- arrival: by received_us where all of them go by it, else by position (DESIGN §8), with what ordered
-- places make of both (arrivals.sql).
WITH by_position AS (
  SELECT DISTINCT key_hash FROM deliveries WHERE received_us IS NULL AND key_hash IS NOT NULL
),
repeated AS (
  SELECT identity FROM deliveries WHERE identity IS NOT NULL GROUP BY identity HAVING count(*) > 1
),
candidates AS (
  SELECT d.pos, d.identity, d.arrival_us, d.arrival_pos, d.position_rank, d.replay, d.retried,
    d.transport,
    CASE WHEN d.received_us IS NULL OR b.key_hash IS NOT NULL THEN 1 ELSE 0 END AS untimed
  FROM deliveries d
  JOIN repeated r ON r.identity = d.identity
  LEFT JOIN by_position b ON b.key_hash = d.key_hash
),
judged AS (
  SELECT *, max(untimed) OVER (PARTITION BY identity) AS by_pos FROM candidates
),
placed AS (
  SELECT *,
    CASE WHEN by_pos = 0 THEN arrival_us END AS first_by,
    CASE WHEN by_pos = 0 THEN arrival_pos ELSE position_rank END AS then_by
  FROM judged
),
ranked AS (
  SELECT *,
    row_number() OVER (PARTITION BY identity ORDER BY first_by, then_by) AS n,
    row_number() OVER (
      PARTITION BY identity, transport ORDER BY first_by, then_by
    ) AS n_of_message
  FROM placed
)
SELECT pos, identity, n,
  CASE
    WHEN replay THEN 'replay'
    WHEN retried AND transport IS NOT NULL AND n_of_message > 1 THEN 'redelivery'
    ELSE 'sameId'
  END AS cause
FROM ranked
WHERE n > 1
ORDER BY pos
