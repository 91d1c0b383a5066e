-- title: Delay between copies
-- question: How long after the first delivery did others of the same event come?
-- order: copies, type, source
-- SQS FIFO drops a repetition within five minutes: what came later needs an idempotent consumer.
WITH firsts AS (
  SELECT source, id, min(received_at_us) AS first_us
  FROM events
  WHERE duplicate IS NULL AND id IS NOT NULL
  GROUP BY source, id
),
copies AS (
  SELECT e.type, e.source, e.duplicate, e.received_at_us - f.first_us AS delay_us
  FROM events e
  JOIN firsts f ON f.source = e.source AND f.id = e.id
  WHERE e.duplicate IS NOT NULL
)
SELECT type, source, count(*) AS copies,
  sum(CASE WHEN duplicate = 'redelivery' THEN 1 ELSE 0 END) AS redeliveries,
  sum(CASE WHEN duplicate = 'replay' THEN 1 ELSE 0 END) AS replays,
  min(delay_us) AS least_us, max(delay_us) AS most_us,
  sum(CASE WHEN delay_us <= 300000000 THEN 1 ELSE 0 END) AS within_five_minutes,
  sum(CASE WHEN delay_us > 300000000 THEN 1 ELSE 0 END) AS beyond_five_minutes
FROM copies
GROUP BY type, source
ORDER BY copies DESC, type, source
