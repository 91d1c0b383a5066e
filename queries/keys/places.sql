-- title: Message groups and partitions
-- question: How unevenly are deliveries spread over message groups and partitions?
-- param: count integer 100: how many
-- order: events, place
-- A place is a message group of SQS FIFO, a partition of Kafka, a partition key of Kinesis or an
-- item of DynamoDB. The skew is its events against an even spread over all places: 1 is even.
WITH places AS (
  SELECT place, count(*) AS events, sum(bytes) AS bytes, count(DISTINCT "key") AS keys,
    count(DISTINCT source) AS senders
  FROM events
  WHERE place IS NOT NULL
  GROUP BY place
)
SELECT place, events, bytes, CAST(events AS double) / sum(events) OVER () AS share,
  CAST(events AS double) * count(*) OVER () / sum(events) OVER () AS skew, keys, senders
FROM places
ORDER BY events DESC, place
LIMIT $count
