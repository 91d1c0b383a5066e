-- title: What became of each identity
-- question: Was each identity received, lost, or is it on its way, and how long did it take?
-- reads: pairs
-- `took_us` is NULL where nobody knows: a time is missing, or a delivery whose arrival was not
-- recorded may have come before the one that is late.
SELECT p.*,
  CASE WHEN p.sends = 0 THEN 'unexpected'
    WHEN p.receipts > 0 THEN 'received'
    WHEN p.sent_us + p.grace_us < p.end_us THEN 'lost'
    ELSE 'inFlight' END AS fate,
  CASE WHEN p.sends > 0 AND (p.unstamped = 0 OR p.arrived_us - p.sent_us <= p.grace_us)
    THEN p.arrived_us - p.sent_us END AS took_us,
  coalesce(p.sent_clock_us, p.received_clock_us) AS clock_us
FROM pairs p
