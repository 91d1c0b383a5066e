-- title: Streams that several rows feed
-- question: How many deliveries of each row are out of order, among all and among the row's own?
-- reads: deliveries, repeats, reordered
-- order: grp
-- `alone` are out of order among those of their own row; of the others, `steps` follow one of their
-- row, and `ones` count on from it by one.
WITH by_position AS (
  SELECT DISTINCT key_hash FROM deliveries WHERE received_us IS NULL AND key_hash IS NOT NULL
),
checked AS (
  SELECT d.pos, d.grp, d.stream, d.place,
    CASE WHEN b.key_hash IS NULL THEN d.arrival_us END AS arrival_us,
    CASE WHEN b.key_hash IS NULL THEN d.arrival_pos ELSE d.position_rank END AS arrival_pos
  FROM deliveries d
  LEFT JOIN repeats r ON r.pos = d.pos
  LEFT JOIN by_position b ON b.key_hash = d.key_hash
  WHERE r.pos IS NULL AND d.grp IS NOT NULL AND d.stream IS NOT NULL AND d.place IS NOT NULL
),
fed AS (
  SELECT stream FROM checked GROUP BY stream HAVING min(grp) < max(grp)
),
running AS (
  SELECT c.pos, c.grp, c.place,
    max(c.place) OVER (
      PARTITION BY c.stream, c.grp ORDER BY c.arrival_us, c.arrival_pos
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS before
  FROM checked c
  JOIN fed f ON f.stream = c.stream
)
SELECT c.grp, min(c.pos) AS first_pos, count(*) AS checked, count(r.pos) AS reordered,
  sum(CASE WHEN c.place < c.before THEN 1 ELSE 0 END) AS alone,
  sum(CASE WHEN c.place >= c.before THEN 1 ELSE 0 END) AS steps,
  sum(CASE WHEN c.place = c.before + 1 THEN 1 ELSE 0 END) AS ones
FROM running c
LEFT JOIN reordered r ON r.pos = c.pos
GROUP BY c.grp
ORDER BY c.grp
