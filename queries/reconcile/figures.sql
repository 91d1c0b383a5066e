-- title: Counts by row and step of time
-- question: How many identities of each row, and of each step of time, came to which end?
-- reads: judged
-- param: step integer: the length of a step, in microseconds
-- order: grp, step_us
SELECT grp, clock_us - mod(mod(clock_us, $step) + $step, $step) AS step_us,
  sum(CASE WHEN sends > 0 THEN 1 ELSE 0 END) AS sent,
  sum(CASE WHEN receipts > 0 THEN 1 ELSE 0 END) AS received,
  sum(CASE WHEN fate = 'lost' THEN 1 ELSE 0 END) AS lost,
  sum(CASE WHEN fate = 'unexpected' THEN 1 ELSE 0 END) AS unexpected,
  sum(CASE WHEN receipts > 1 THEN receipts - 1 ELSE 0 END) AS duplicated,
  sum(CASE WHEN took_us > grace_us THEN 1 ELSE 0 END) AS late,
  sum(CASE WHEN fate = 'received' AND acknowledged = 0 THEN 1 ELSE 0 END) AS recovered,
  sum(CASE WHEN fate = 'inFlight' THEN 1 ELSE 0 END) AS in_flight,
  sum(CASE WHEN fate = 'lost' AND acknowledged = 0 THEN 1 ELSE 0 END) AS lost_unacknowledged,
  sum(CASE WHEN sends > 0 AND sent_us IS NOT NULL THEN 1 ELSE 0 END) AS timed,
  count(acknowledged) AS with_status,
  count(took_us) AS judged,
  sum(CASE WHEN fate = 'inFlight' AND sent_us IS NULL THEN 1 ELSE 0 END) AS untimed_missing,
  sum(CASE WHEN took_us < 0 THEN 1 ELSE 0 END) AS skewed,
  min(took_us) AS least_took_us,
  sum(CASE WHEN sends > 1 THEN sends - 1 ELSE 0 END) AS sent_again
FROM judged
GROUP BY 1, 2
ORDER BY grp, step_us
