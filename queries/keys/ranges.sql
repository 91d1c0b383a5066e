-- title: Keys over shards
-- question: How evenly do keys spread over the shards of a Kinesis stream?
-- param: shards integer 4: how many shards, which divide the hashes of keys evenly
-- order: shard
-- Kinesis hashes a partition key by MD5; the first 48 of its bits are compared here. The skew is a
-- shard's events against an even spread: 1 is even. A key cannot be split: where busiest_key_events
-- is most of a hot shard, more shards are of no use.
WITH hashed AS (
  SELECT "key", count(*) AS events, sum(bytes) AS bytes,
    CAST(floor(from_base(substr(to_hex(md5(to_utf8("key"))), 1, 12), 16)
      * CAST($shards AS double) / 281474976710656e0) AS bigint) AS shard
  FROM events
  WHERE "key" IS NOT NULL
  GROUP BY "key"
),
filled AS (
  SELECT shard, count(*) AS keys, sum(events) AS events, sum(bytes) AS bytes,
    max(events) AS busiest_key_events
  FROM hashed
  GROUP BY shard
)
SELECT s.shard, coalesce(f.keys, 0) AS keys, coalesce(f.events, 0) AS events,
  coalesce(f.bytes, 0) AS bytes,
  CAST(coalesce(f.events, 0) AS double) / sum(f.events) OVER () AS share,
  CAST(coalesce(f.events, 0) AS double) * $shards / sum(f.events) OVER () AS skew,
  coalesce(f.busiest_key_events, 0) AS busiest_key_events
FROM UNNEST(sequence(0, $shards - 1)) AS s (shard)
LEFT JOIN filled f ON f.shard = s.shard
ORDER BY s.shard
