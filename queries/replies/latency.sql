-- title: Reply latency
-- question: How long does it take until a request is answered?
-- order: requests, type, reply_type
-- A request has a reply address; its reply is the first later event of the same correlation that
-- has none.
WITH requests AS (
  SELECT correlation_id, type, min(event_time_us) AS asked_us
  FROM events
  WHERE reply_to IS NOT NULL AND correlation_id IS NOT NULL AND duplicate IS NULL
  GROUP BY correlation_id, type
),
replies AS (
  SELECT r.correlation_id, r.type, r.asked_us, min(e.event_time_us) AS answered_us
  FROM requests r
  JOIN events e ON e.correlation_id = r.correlation_id
  WHERE e.reply_to IS NULL AND e.duplicate IS NULL AND e.event_time_us >= r.asked_us
  GROUP BY r.correlation_id, r.type, r.asked_us
)
SELECT r.type, count(*) AS requests, count(a.answered_us) AS answered,
  count(*) - count(a.answered_us) AS unanswered,
  avg(CAST(a.answered_us - a.asked_us AS double)) AS mean_us,
  max(a.answered_us - a.asked_us) AS max_us
FROM requests r
LEFT JOIN replies a ON a.correlation_id = r.correlation_id AND a.type = r.type
GROUP BY r.type
ORDER BY requests DESC, r.type
