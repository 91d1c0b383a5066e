-- title: Senders per key
-- question: Do several senders feed one key, and does that explain disorder?
-- order: senders
-- Without several senders a key needs no FIFO queue to be in order: what is out of order then was
-- put there by its one sender or by the transport.
WITH fed AS (
  SELECT "key", count(DISTINCT source) AS senders, count(*) AS events,
    sum(CASE WHEN reordered THEN 1 ELSE 0 END) AS reordered
  FROM events
  WHERE "key" IS NOT NULL
  GROUP BY "key"
)
SELECT senders, count(*) AS keys, sum(events) AS events, sum(reordered) AS reordered,
  CAST(sum(reordered) AS double) / sum(events) AS ratio
FROM fed
GROUP BY senders
ORDER BY senders
