-- title: Latency buckets
-- question: How many first deliveries took how long, in the buckets of an HDR histogram?
-- reads: deliveries, repeats
-- order: grp, lowest_us
-- Three significant digits, up to 2^45 − 1 µs (DESIGN §8): 2,048 buckets of 1 µs, then 1,024 for each
-- doubling. Exact integer work; the greatest and overflowing values are in rows.sql.
WITH measured AS (
  SELECT d.grp, d.received_us - d.event_us AS us
  FROM deliveries d
  LEFT JOIN repeats r ON r.pos = d.pos
  WHERE r.pos IS NULL AND d.received_us >= d.event_us
    AND d.received_us - d.event_us <= 35184372088831
),
shifted AS (
  SELECT grp, us, CAST(greatest(0, length(to_base(us, 2)) - 11) AS integer) AS bits FROM measured
),
buckets AS (
  SELECT grp, bitwise_left_shift(bitwise_right_shift(us, bits), bits) AS lowest_us FROM shifted
)
SELECT grp, lowest_us, count(*) AS events
FROM buckets
GROUP BY grp, lowest_us
ORDER BY grp, lowest_us
