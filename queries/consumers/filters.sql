-- title: Filters that would do
-- question: Which filter keeps from a consumer what it never acts on, and what does it save?
-- param: consumer text null: one consumer; null: all
-- param: inbox text null: how the paths begin where its deliveries were recorded
-- param: price number 0.4: US$ for a million requests of 64 KB, as SQS bills them
-- order: consumer, spared events, source
-- Consumers, causes and inbox are those of consumers/acted. detail_types is what an event pattern
-- lists for the source, {"source": [source], "detail-type": detail_types}; where it is NULL the
-- consumer acts on nothing of the source. Look at consumers/acted before a type goes: what a
-- consumer does without an event of its own cannot be seen. The price is of us-east-1 as reported
-- in June 2026; each event is received by one request for each 64 KB begun.
WITH caused AS (
  SELECT c.source AS consumer, e.type, e.source,
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
needed AS (
  SELECT DISTINCT consumer, type, source FROM caused WHERE nth = 1
),
sent AS (
  SELECT type, source, count(*) AS events, sum(bytes) AS bytes,
    sum(CAST(ceil(bytes / 65536e0) AS bigint)) AS requests
  FROM events
  WHERE $inbox IS NULL OR strpos(position.path, $inbox) = 1
  GROUP BY type, source
),
lists AS (
  SELECT consumer, source, array_agg(type ORDER BY type) AS detail_types
  FROM needed
  GROUP BY consumer, source
),
received AS (
  SELECT k.consumer, s.source, sum(s.events) AS events,
    sum(CASE WHEN n.type IS NULL THEN s.events ELSE 0 END) AS spared_events,
    sum(CASE WHEN n.type IS NULL THEN s.bytes ELSE 0 END) AS spared_bytes,
    sum(CASE WHEN n.type IS NULL THEN s.requests ELSE 0 END) AS spared_requests
  FROM (SELECT DISTINCT consumer FROM needed) k
  CROSS JOIN sent s
  LEFT JOIN needed n ON n.consumer = k.consumer AND n.type = s.type AND n.source = s.source
  WHERE s.source <> k.consumer OR n.type IS NOT NULL
  GROUP BY k.consumer, s.source
)
SELECT r.consumer, r.source, l.detail_types, r.events, r.spared_events,
  CAST(r.spared_events AS double) / r.events AS spared_share, r.spared_bytes, r.spared_requests,
  round(r.spared_requests * CAST($price AS double) / 1e6, 9) AS spared_usd
FROM received r
LEFT JOIN lists l ON l.consumer = r.consumer AND l.source = r.source
ORDER BY r.consumer, r.spared_events DESC, r.source
