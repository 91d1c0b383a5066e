-- title: Events by hour
-- question: How many events arrived in each hour?
-- order: hour
-- By received_at, else by event_time; an hour in which nothing arrived is no row.
WITH placed AS (
  SELECT coalesce(received_at_us, event_time_us) AS us, bytes, duplicate FROM events
),
hours AS (
  SELECT us - ((us % 3600000000) + 3600000000) % 3600000000 AS hour_us, bytes, duplicate FROM placed
)
SELECT from_unixtime(hour_us / 1e6) AS hour, count(*) AS events,
  sum(CASE WHEN duplicate IS NULL THEN 1 ELSE 0 END) AS first_deliveries, sum(bytes) AS bytes
FROM hours
GROUP BY hour_us
ORDER BY hour_us
