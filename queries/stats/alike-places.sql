-- title: First deliveries of one place
-- question: Which first deliveries of one place in their stream have less than two minutes between?
-- reads: deliveries, repeats
-- order: pos
-- `bucket` is the first position of what shares a place.
WITH placed AS (
  SELECT d.pos, d.grp, d.stream, d.place, coalesce(d.event_us, d.received_us) AS moment_us
  FROM deliveries d
  LEFT JOIN repeats r ON r.pos = d.pos
  WHERE r.pos IS NULL AND d.identity IS NOT NULL AND d.stream IS NOT NULL AND d.place IS NOT NULL
    AND d.grp IS NOT NULL AND coalesce(d.event_us, d.received_us) IS NOT NULL
),
shared AS (
  SELECT grp, stream, place, min(pos) AS bucket
  FROM placed
  GROUP BY grp, stream, place
  HAVING count(*) > 1
),
spaced AS (
  SELECT p.pos, s.bucket, p.moment_us,
    lag(p.moment_us) OVER (PARTITION BY s.bucket ORDER BY p.moment_us, p.pos) AS before_us,
    lead(p.moment_us) OVER (PARTITION BY s.bucket ORDER BY p.moment_us, p.pos) AS after_us
  FROM placed p
  JOIN shared s ON s.grp = p.grp AND s.stream = p.stream AND s.place = p.place
)
SELECT pos, bucket
FROM spaced
WHERE moment_us - before_us <= 120000000 OR after_us - moment_us <= 120000000
ORDER BY pos
