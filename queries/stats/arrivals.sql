-- title: Order of arrival
-- question: When did each delivery arrive, where ordered places say otherwise than times?
-- reads: deliveries, followers
-- order: pos
-- A delivery arrived at `arrival_us`, of those of the same time in order of `arrival_pos`; by position
-- alone, in order of `position_rank`. A leader comes before those that follow it, which are in the
-- order of their place.
WITH led AS (
  SELECT d.pos,
    coalesce(l.received_us, d.received_us) AS arrival_us,
    coalesce(f.time_leader, d.pos) AS time_leader,
    coalesce(f.time_no, 0) AS time_no,
    coalesce(f.position_leader, d.pos) AS position_leader,
    coalesce(f.position_no, 0) AS position_no
  FROM deliveries d
  LEFT JOIN followers f ON f.pos = d.pos
  LEFT JOIN deliveries l ON l.pos = f.time_leader
)
SELECT pos, arrival_us,
  row_number() OVER (ORDER BY time_leader, time_no) AS arrival_pos,
  row_number() OVER (ORDER BY position_leader, position_no) AS position_rank
FROM led
ORDER BY pos
