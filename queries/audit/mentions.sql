-- title: Events that may mention a value
-- question: Which events hold a text or a number, or may hold it written in another way?
-- param: value text: the text, or the digits of the number
-- param: number boolean false: whether it is a number, which can be written in several ways
-- order: time, then position
SELECT id, type, source, event_time_us, received_at_us, "key", sequence, sequence_kind, version,
  correlation_id, causation_id, replay, entities, copy_number, reordered, position, payload,
  document, pos
FROM events
WHERE strpos(document, $value) > 0 OR strpos(document, '\') > 0
  OR strpos(payload, $value) > 0 OR strpos(payload, '\') > 0
  OR ($number AND regexp_like(document, '[0-9][.eE][-+0-9]'))
  OR ($number AND regexp_like(payload, '[0-9][.eE][-+0-9]'))
ORDER BY coalesce(event_time_us, received_at_us), pos
