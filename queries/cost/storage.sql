-- title: Growth of storage
-- question: By how much does an archive grow in a month, and what does it cost after a year?
-- param: price number 0.023: US$ for a GB and month of storage
-- param: stored number 1: bytes stored for a byte of events, as 0.1 with gzip
-- order: bytes, type, source
-- The price is S3 Standard's in us-east-1 as known in November 2026, not verified: see its pricing
-- page. A GB is 2^30 bytes, a month 30 days. The growth is that between the first and the last
-- arrival in the archive, else by when things happened; nothing expires.
WITH placed AS (
  SELECT type, source, bytes, coalesce(received_at_us, event_time_us) AS us FROM events
),
spans AS (
  SELECT type, source, bytes,
    (max(us) OVER () - min(us) OVER ()) / 86400e6 AS days
  FROM placed
),
growth AS (
  SELECT type, source, count(*) AS events, sum(bytes) AS bytes,
    CASE WHEN max(days) > 0
      THEN sum(bytes) * CAST($stored AS double) * 30 / max(days) / 1073741824e0 END AS gb_a_month
  FROM spans
  GROUP BY type, source
)
SELECT type, source, events, bytes, CAST(bytes AS double) / events AS mean_bytes,
  round(gb_a_month, 9) AS gb_a_month,
  round(gb_a_month * CAST($price AS double), 9) AS usd_first_month,
  round(12 * gb_a_month * CAST($price AS double), 9) AS usd_twelfth_month
FROM growth
ORDER BY bytes DESC, type, source
