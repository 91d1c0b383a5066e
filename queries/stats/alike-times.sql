-- title: First deliveries near in time
-- question: Which first deliveries of a key, or of none, have less than two minutes between them?
-- reads: deliveries, repeats
-- order: pos
-- `bucket` is the first position of the key in its row; `same_time` is 1 where another one of the
-- bucket has the very same time.
WITH timed AS (
  SELECT d.pos, d.grp, d.key_hash, coalesce(d.event_us, d.received_us) AS moment_us,
    min(d.pos) OVER (PARTITION BY d.grp, d.key_hash) AS bucket
  FROM deliveries d
  LEFT JOIN repeats r ON r.pos = d.pos
  WHERE r.pos IS NULL AND d.identity IS NOT NULL AND d.grp IS NOT NULL
    AND coalesce(d.event_us, d.received_us) IS NOT NULL
),
spaced AS (
  SELECT pos, bucket, moment_us,
    lag(moment_us) OVER (PARTITION BY bucket ORDER BY moment_us, pos) AS before_us,
    lead(moment_us) OVER (PARTITION BY bucket ORDER BY moment_us, pos) AS after_us
  FROM timed
)
SELECT pos, bucket,
  CASE WHEN moment_us = before_us OR moment_us = after_us THEN 1 ELSE 0 END AS same_time
FROM spaced
WHERE moment_us - before_us <= 120000000 OR after_us - moment_us <= 120000000
ORDER BY pos
