-- title: Received and acted on
-- question: Which of the events that a consumer receives does it act on?
-- param: consumer text null: one consumer; null: all
-- param: inbox text null: how the paths begin where its deliveries were recorded
-- order: consumer, events, type, source
-- A consumer is a source whose events are caused by others. It acts on an event that is the cause
-- of one of its own; what it does without a word cannot be seen. Without inbox, whatever others
-- sent is taken for received. A cause is an id without a source: of several events that have it,
-- the one of the same correlation counts, then the nearest in time.
WITH caused AS (
  SELECT c.source AS consumer, e.type, e.source, e.pos,
    row_number() OVER (
      PARTITION BY c.pos
      ORDER BY CASE WHEN e.correlation_id = c.correlation_id THEN 0 ELSE 1 END,
        CASE WHEN e.event_time_us <= c.event_time_us THEN 0 ELSE 1 END,
        abs(c.event_time_us - e.event_time_us), e.pos) AS nth
  FROM events c
  JOIN events e ON e.id = c.causation_id
  WHERE c.duplicate IS NULL AND e.duplicate IS NULL
    AND ($consumer IS NULL OR c.source = $consumer)
),
acts AS (
  SELECT consumer, type, source, count(DISTINCT pos) AS acted, count(*) AS caused
  FROM caused
  WHERE nth = 1
  GROUP BY consumer, type, source
),
sent AS (
  SELECT type, source, count(*) AS events, sum(bytes) AS bytes
  FROM events
  WHERE $inbox IS NULL OR strpos(position.path, $inbox) = 1
  GROUP BY type, source
)
SELECT k.consumer, s.type, s.source, s.events, s.bytes, coalesce(a.acted, 0) AS acted,
  CAST(coalesce(a.acted, 0) AS double) / s.events AS share, coalesce(a.caused, 0) AS caused
FROM (SELECT DISTINCT consumer FROM acts) k
CROSS JOIN sent s
LEFT JOIN acts a ON a.consumer = k.consumer AND a.type = s.type AND a.source = s.source
WHERE s.source <> k.consumer OR a.acted IS NOT NULL
ORDER BY k.consumer, s.events DESC, s.type, s.source
