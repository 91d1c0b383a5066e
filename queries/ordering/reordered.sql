-- title: Reordered events
-- question: Which events arrived after one that should follow them?
-- order: late_us, extent, pos
SELECT source, id, type, "key", sequence, event_time, received_at, extent, late_us, position, pos
FROM events
WHERE reordered
ORDER BY coalesce(late_us, -1) DESC, extent DESC, pos
