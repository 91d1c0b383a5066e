-- title: Timeline of an entity
-- question: What happened to an entity, when, and when was it delivered?
-- param: entity text: its kind and id, as in jobAd:123
-- order: time, then position
SELECT id, type, source, event_time_us, received_at_us, "key", sequence, sequence_kind, version,
  correlation_id, causation_id, replay, entities, copy_number, reordered, position, payload,
  document, pos
FROM events
WHERE contains(entities, $entity)
ORDER BY coalesce(event_time_us, received_at_us), pos
