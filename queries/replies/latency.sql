-- title: Reply latency
-- question: How long does it take until a request is answered, by type and reply address?
-- param: within duration 30s: what takes longer is late
-- order: requests, type, reply_to
-- A request has a reply address; its reply is the first later event of the same correlation that
-- has none. The median is the value of the middle rank.
WITH requests AS (
  SELECT correlation_id, type, reply_to, event_time_us, pos
  FROM events
  WHERE reply_to IS NOT NULL AND correlation_id IS NOT NULL AND duplicate IS NULL
),
replies AS (
  SELECT r.pos, min(e.event_time_us) - min(r.event_time_us) AS reply_us
  FROM requests r
  JOIN events e ON e.correlation_id = r.correlation_id
  WHERE e.reply_to IS NULL AND e.duplicate IS NULL AND e.event_time_us >= r.event_time_us
  GROUP BY r.pos
),
ranked AS (
  SELECT r.type, r.reply_to, a.reply_us,
    row_number() OVER (PARTITION BY r.type, r.reply_to ORDER BY a.reply_us) AS n,
    count(a.reply_us) OVER (PARTITION BY r.type, r.reply_to) AS answered
  FROM requests r
  LEFT JOIN replies a ON a.pos = r.pos
)
SELECT type, reply_to, count(*) AS requests, max(answered) AS answered,
  count(*) - max(answered) AS unanswered,
  sum(CASE WHEN reply_us > $within THEN 1 ELSE 0 END) AS late, min(reply_us) AS min_us,
  min(CASE WHEN n >= ceil(0.5 * answered) THEN reply_us END) AS median_us,
  avg(CAST(reply_us AS double)) AS mean_us, max(reply_us) AS max_us
FROM ranked
GROUP BY type, reply_to
ORDER BY requests DESC, type, reply_to
