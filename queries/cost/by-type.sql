-- title: Billed requests by type
-- question: How many requests of 64 KB is each type billed as?
-- order: chunks, type, source
-- SQS, SNS and EventBridge bill an event as one request for each 64 KB begun.
SELECT type, source, count(*) AS events, sum(CAST(ceil(bytes / 65536e0) AS bigint)) AS chunks,
  sum(bytes) AS bytes, avg(CAST(bytes AS double)) AS mean_bytes, max(bytes) AS largest_bytes
FROM events
GROUP BY type, source
ORDER BY chunks DESC, type, source
