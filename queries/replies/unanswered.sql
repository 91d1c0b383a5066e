-- title: Unanswered requests
-- question: Which requests got no reply, or got it late?
-- param: within duration 30s: what takes longer is late
-- order: asked, id
WITH requests AS (
  SELECT id, source, type, correlation_id, reply_to, event_time, event_time_us, pos
  FROM events
  WHERE reply_to IS NOT NULL AND correlation_id IS NOT NULL AND duplicate IS NULL
),
answered AS (
  SELECT r.pos, min(e.event_time_us) - min(r.event_time_us) AS reply_us
  FROM requests r
  JOIN events e ON e.correlation_id = r.correlation_id
  WHERE e.reply_to IS NULL AND e.duplicate IS NULL AND e.event_time_us >= r.event_time_us
  GROUP BY r.pos
)
SELECT r.id, r.source, r.type, r.correlation_id, r.reply_to, r.event_time AS asked, a.reply_us, r.pos
FROM requests r
LEFT JOIN answered a ON a.pos = r.pos
WHERE a.reply_us IS NULL OR a.reply_us > $within
ORDER BY r.event_time_us, r.pos
