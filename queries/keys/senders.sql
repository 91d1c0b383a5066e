-- title: Senders per key
-- question: Do several senders feed one key, and do they explain the disorder?
-- order: senders
-- Of the events that are out of order, within_sender are so among the events of their own sender
-- too: a FIFO queue between it and the reader would have kept them in order. The others are only
-- out of order between senders, each of which was in order: what no queue can mend, since it
-- begins where they send. Arrival within a sender goes by received_at, then position.
WITH arrived AS (
  SELECT "key", source, reordered, sequence_kind, sequence_sort, event_time_us, pos,
    CASE WHEN count(received_at_us) OVER (PARTITION BY "key") = count(*) OVER (PARTITION BY "key")
      THEN received_at_us END AS arrival_us
  FROM events
  WHERE "key" IS NOT NULL
),
compared AS (
  SELECT "key", source, reordered, sequence_kind, sequence_sort, event_time_us,
    max(CASE WHEN reordered IS NOT NULL THEN sequence_sort END) OVER (
      PARTITION BY "key", source, sequence_kind ORDER BY arrival_us, pos
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS greatest_sort,
    max(CASE WHEN reordered IS NOT NULL THEN event_time_us END) OVER (
      PARTITION BY "key", source, sequence_kind ORDER BY arrival_us, pos
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS greatest_us
  FROM arrived
),
fed AS (
  SELECT "key", count(DISTINCT source) AS senders, count(*) AS events,
    sum(CASE WHEN reordered THEN 1 ELSE 0 END) AS reordered,
    sum(CASE WHEN reordered AND ((sequence_kind = 'time' AND event_time_us < greatest_us)
      OR (sequence_kind <> 'time' AND sequence_sort < greatest_sort)) THEN 1 ELSE 0 END)
      AS within_sender
  FROM compared
  GROUP BY "key"
)
SELECT senders, count(*) AS keys, sum(events) AS events, sum(reordered) AS reordered,
  CAST(sum(reordered) AS double) / sum(events) AS ratio, sum(within_sender) AS within_sender,
  sum(reordered) - sum(within_sender) AS between_senders
FROM fed
GROUP BY senders
ORDER BY senders
