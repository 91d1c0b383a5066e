-- title: Keys that go by position
-- question: How many keys have a delivery without arrival, so that their order is that of position?
-- reads: deliveries
-- order: keys
SELECT count(DISTINCT key_hash) AS keys
FROM deliveries
WHERE received_us IS NULL AND key_hash IS NOT NULL
ORDER BY keys
