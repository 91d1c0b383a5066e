-- title: Duplicates by id
-- question: Which events were delivered more than once, how often, and over what time?
-- order: deliveries, source, id
SELECT source, id, min(type) AS type, count(*) AS deliveries,
  count(DISTINCT payload) AS contents, min(received_at) AS first_received_at,
  max(received_at) AS last_received_at, max(received_at_us) - min(received_at_us) AS spread_us
FROM events
WHERE id IS NOT NULL
GROUP BY source, id
HAVING count(*) > 1
ORDER BY deliveries DESC, source, id
