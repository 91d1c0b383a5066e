-- title: Cost by type and transport
-- question: What does each type cost on each transport, as sent and in full batches?
-- param: fill number 1: how many events a batch has that is sent, received or deleted
-- param: sqs number 0.4: US$ for a million requests of SQS standard queues
-- param: sqs_fifo number 0.5: US$ for a million requests of SQS FIFO queues
-- param: sns number 0.5: US$ for a million requests of SNS; delivery to SQS is free
-- param: eventbridge number 1: US$ for a million custom events of EventBridge
-- param: kinesis number 0.014: US$ for a million PUT payload units of Kinesis, without shard hours
-- order: type, source, transport
-- List prices of us-east-1 without free tiers: SQS as reported in June 2026; the others as known
-- in November 2026 and not verified. See the pricing page of each service, and pass your own.
-- SQS bills sending, receiving and deleting; SNS publishing. A request of up to ten events is
-- billed by the 64 KB of all of them that are begun, one event alone by its own. EventBridge bills
-- each event by its 64 KB, however it is batched; Kinesis each record by its 25 KB. Full is the
-- least that there can be: ten in a batch, or on Kinesis events aggregated into whole units.
-- travelled counts the deliveries that came that way here.
WITH sizes AS (
  SELECT type, source, count(*) AS events, sum(bytes) AS bytes,
    sum(ceil(bytes / 65536e0)) AS steps, sum(ceil(bytes / 25600e0)) AS units,
    sum(CASE WHEN contains(envelopes, 'sqs') AND place IS NULL THEN 1 ELSE 0 END) AS on_sqs,
    sum(CASE WHEN contains(envelopes, 'sqs') AND place IS NOT NULL THEN 1 ELSE 0 END)
      AS on_sqs_fifo,
    sum(CASE WHEN contains(envelopes, 'sns') THEN 1 ELSE 0 END) AS on_sns,
    sum(CASE WHEN contains(envelopes, 'eventbridge') THEN 1 ELSE 0 END) AS on_eventbridge,
    sum(CASE WHEN contains(envelopes, 'kinesis') THEN 1 ELSE 0 END) AS on_kinesis
  FROM events
  GROUP BY type, source
),
batched AS (
  SELECT type, source, events, bytes, steps, units, on_sqs, on_sqs_fifo, on_sns, on_eventbridge,
    on_kinesis, ceil(events / CAST($fill AS double)) AS batches,
    CASE WHEN $fill <= 1 THEN steps
      ELSE greatest(ceil(events / CAST($fill AS double)), ceil(bytes / 65536e0)) END AS requests,
    ceil(events / 10e0) AS full_batches,
    greatest(ceil(events / 10e0), ceil(bytes / 65536e0)) AS full_requests
  FROM sizes
),
billed AS (
  SELECT b.type, b.source, t.transport, b.events, b.bytes,
    CASE t.transport WHEN 'sqs' THEN on_sqs WHEN 'sqs_fifo' THEN on_sqs_fifo WHEN 'sns' THEN on_sns
      WHEN 'eventbridge' THEN on_eventbridge ELSE on_kinesis END AS travelled,
    CASE t.transport WHEN 'sns' THEN requests WHEN 'eventbridge' THEN steps
      WHEN 'kinesis' THEN units ELSE 2 * requests + batches END AS requests,
    CASE t.transport WHEN 'sns' THEN full_requests WHEN 'eventbridge' THEN steps
      WHEN 'kinesis' THEN ceil(bytes / 25600e0) ELSE 2 * full_requests + full_batches END
      AS full_requests,
    t.price
  FROM batched b
  CROSS JOIN (VALUES ('sqs', CAST($sqs AS double)), ('sqs_fifo', CAST($sqs_fifo AS double)),
    ('sns', CAST($sns AS double)), ('eventbridge', CAST($eventbridge AS double)),
    ('kinesis', CAST($kinesis AS double))) AS t (transport, price)
)
SELECT type, source, transport, events, bytes, travelled, CAST(requests AS bigint) AS requests,
  round(requests * price / 1e6, 9) AS usd, CAST(full_requests AS bigint) AS full_requests,
  round(full_requests * price / 1e6, 9) AS full_usd
FROM billed
ORDER BY type, source, transport
