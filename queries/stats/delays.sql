-- title: Delays of last copies
-- question: How long after the first copy did the last one of each repeated identity come?
-- reads: identities
-- order: grp
-- The median is the lower one of two; `late` are those beyond the five minutes within which SQS
-- FIFO drops a repetition.
WITH ranked AS (
  SELECT grp, delay_us,
    row_number() OVER (PARTITION BY grp ORDER BY delay_us) AS n,
    count(*) OVER (PARTITION BY grp) AS events
  FROM identities
  WHERE delay_us IS NOT NULL
)
SELECT grp, count(*) AS events,
  max(CASE WHEN 2 * n BETWEEN events AND events + 1 THEN delay_us END) AS median_us,
  max(delay_us) AS most_us,
  sum(CASE WHEN delay_us > 300000000 THEN 1 ELSE 0 END) AS late
FROM ranked
GROUP BY grp
ORDER BY grp
