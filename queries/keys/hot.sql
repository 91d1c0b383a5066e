-- title: Hot keys
-- question: Which keys have more than their share of the events?
-- param: count integer 100: how many
-- order: events, key
-- The skew is a key's events against an even spread over all keys: 1 is even.
SELECT "key", count(*) AS events, CAST(count(*) AS double) / sum(count(*)) OVER () AS share,
  CAST(count(*) AS double) * count(*) OVER () / sum(count(*)) OVER () AS skew,
  sum(bytes) AS bytes, count(DISTINCT type) AS types, count(DISTINCT source) AS sources
FROM events
WHERE "key" IS NOT NULL
GROUP BY "key"
ORDER BY events DESC, "key"
LIMIT $count
