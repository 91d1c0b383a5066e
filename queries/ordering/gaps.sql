-- title: Gaps in counters
-- question: Where do contiguous counters skip numbers?
-- order: missing, key, after
-- A key's counter is taken for contiguous where most of its steps are by one.
WITH counted AS (
  SELECT DISTINCT "key", CASE WHEN sequence_per = 'key' THEN '' ELSE source END AS counter,
    CAST(sequence AS decimal(38, 0)) AS number
  FROM events
  WHERE sequence_kind = 'integer' AND "key" IS NOT NULL AND length(sequence) <= 37
),
steps AS (
  SELECT "key", counter, number,
    lag(number) OVER (PARTITION BY "key", counter ORDER BY number) AS before
  FROM counted
),
contiguous AS (
  SELECT "key", counter
  FROM steps
  WHERE before IS NOT NULL
  GROUP BY "key", counter
  HAVING sum(CASE WHEN number - before = 1 THEN 1 ELSE 0 END) * 2 >= count(*)
)
SELECT s."key", s.counter AS source, s.before AS after, s.number AS before,
  s.number - s.before - 1 AS missing
FROM steps s
JOIN contiguous c ON c."key" = s."key" AND c.counter = s.counter
WHERE s.number - s.before > 1
ORDER BY missing DESC, s."key", s.counter, s.before
