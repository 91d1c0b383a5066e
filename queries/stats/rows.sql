-- title: Counts by row
-- question: What are the counts behind the rows of evt stats?
-- reads: deliveries, repeats
-- order: grp
SELECT d.grp,
  count(*) AS events,
  sum(CASE WHEN d.identity IS NULL THEN 1 ELSE 0 END) AS no_identity,
  count(d.event_us) AS times,
  sum(CASE WHEN d.event_us % 1000 = 0 THEN 1 ELSE 0 END) AS whole_millis,
  sum(CASE WHEN d.event_us % 1000000 = 0 THEN 1 ELSE 0 END) AS whole_seconds,
  sum(CASE WHEN r.pos IS NULL AND d.stream IS NOT NULL AND d.place IS NOT NULL THEN 1 ELSE 0 END)
    AS checked,
  count(DISTINCT CASE WHEN r.pos IS NULL AND d.place IS NOT NULL THEN d.key_hash END) AS keys,
  sum(CASE WHEN r.pos IS NULL AND d.received_us < d.event_us THEN 1 ELSE 0 END) AS skewed,
  sum(CASE WHEN r.pos IS NULL AND d.received_us - d.event_us > 35184372088831 THEN 1 ELSE 0 END)
    AS overflow,
  min(CASE WHEN r.pos IS NULL AND d.received_us >= d.event_us THEN d.received_us - d.event_us END)
    AS min_us,
  max(CASE WHEN r.pos IS NULL AND d.received_us >= d.event_us THEN d.received_us - d.event_us END)
    AS max_us,
  sum(CASE WHEN r.pos IS NULL AND d.received_us >= d.event_us
    THEN CAST(d.received_us - d.event_us AS decimal(38, 0)) END) AS sum_us
FROM deliveries d
LEFT JOIN repeats r ON r.pos = d.pos
GROUP BY d.grp
ORDER BY d.grp
