-- title: Reordered deliveries
-- question: Which first deliveries arrived after one that should follow them?
-- reads: deliveries, repeats
-- order: pos
-- RFC 4737 on first deliveries that have a key and a place, per stream, in order of arrival: below
-- the greatest place before. `after_pos` is the earliest delivery above it: among those that raised
-- the maximum, whose places ascend, the next greater one. `arrival_us` and `arrival_pos` are those of
-- the delivery itself, or what ordered places make of them (arrivals.sql).
WITH by_position AS (
  SELECT DISTINCT key_hash FROM deliveries WHERE received_us IS NULL AND key_hash IS NOT NULL
),
checked AS (
  SELECT d.pos, d.stream, d.place, d.received_us,
    CASE WHEN b.key_hash IS NULL THEN d.arrival_us END AS arrival_us,
    CASE WHEN b.key_hash IS NULL THEN d.arrival_pos ELSE d.position_rank END AS arrival_pos
  FROM deliveries d
  LEFT JOIN repeats r ON r.pos = d.pos
  LEFT JOIN by_position b ON b.key_hash = d.key_hash
  WHERE r.pos IS NULL AND d.stream IS NOT NULL AND d.place IS NOT NULL
),
running AS (
  SELECT *,
    row_number() OVER (PARTITION BY stream ORDER BY arrival_us, arrival_pos) AS i,
    max(place) OVER (
      PARTITION BY stream ORDER BY arrival_us, arrival_pos
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS greatest_before
  FROM checked
),
marked AS (
  SELECT *, CASE WHEN greatest_before IS NULL OR place > greatest_before THEN i END AS raises
  FROM running
  WHERE stream IN (SELECT stream FROM running WHERE place < greatest_before)
),
paired AS (
  SELECT *,
    min(raises) OVER (
      PARTITION BY stream ORDER BY place, CASE WHEN raises IS NULL THEN 1 ELSE 0 END, i
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS j
  FROM marked
)
SELECT p.pos, a.pos AS after_pos, p.i - p.j AS extent,
  p.received_us - a.received_us AS late_us
FROM paired p
JOIN running a ON a.stream = p.stream AND a.i = p.j
WHERE p.place < p.greatest_before
ORDER BY p.pos
