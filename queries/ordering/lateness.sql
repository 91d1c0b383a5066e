-- title: Lateness
-- question: What watermark would let how many of the events arrive in time?
-- order: share
-- Of the events whose order was checked: those in order are late by nothing.
WITH checked AS (
  SELECT CASE WHEN reordered THEN coalesce(late_us, 0) ELSE 0 END AS late_us
  FROM events
  WHERE reordered IS NOT NULL
),
ranked AS (
  SELECT late_us, row_number() OVER (ORDER BY late_us) AS n, count(*) OVER () AS events FROM checked
),
shares AS (
  SELECT share FROM (VALUES (0.9), (0.95), (0.99), (0.999), (0.9999), (1.0)) AS listed (share)
)
SELECT s.share, min(r.late_us) AS watermark_us, max(r.events) AS events
FROM shares s
JOIN ranked r ON r.n >= ceil(s.share * r.events)
GROUP BY s.share
ORDER BY s.share
