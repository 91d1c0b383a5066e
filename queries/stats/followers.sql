-- title: Deliveries that follow others of their place
-- question: Which deliveries of ordered places does the place's own sequence put after later ones?
-- reads: deliveries, places
-- order: pos
-- Along a place, in order of its sequence, each delivery arrived when the latest that came to the
-- place until then did (DESIGN §8, order of arrival, 1). Twice: by received_us and position, of those
-- that have received_us (`time_leader`, `time_no`), and by position alone (`position_leader`,
-- `position_no`). The leader is the latest, its own for a delivery that is the latest itself; the
-- number is its place in the sequence. Only deliveries that follow another are listed.
WITH placed AS (
  SELECT p.pos, p.place_hash, p.part_0, p.part_1, p.part_2, p.part_3, d.received_us,
    CASE WHEN d.received_us IS NULL THEN 0 ELSE 1 END AS timed
  FROM places p
  JOIN deliveries d ON d.pos = p.pos
),
numbered AS (
  SELECT pos, place_hash, timed,
    row_number() OVER (PARTITION BY place_hash, timed ORDER BY received_us, pos) AS by_time,
    row_number() OVER (
      PARTITION BY place_hash, timed
      ORDER BY part_3, part_2, part_1, part_0, received_us, pos
    ) AS time_no,
    row_number() OVER (PARTITION BY place_hash ORDER BY pos) AS by_position,
    row_number() OVER (
      PARTITION BY place_hash ORDER BY part_3, part_2, part_1, part_0, pos
    ) AS position_no
  FROM placed
),
running AS (
  SELECT *,
    max(by_time) OVER (
      PARTITION BY place_hash, timed ORDER BY time_no
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS latest_by_time,
    max(by_position) OVER (
      PARTITION BY place_hash ORDER BY position_no
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS latest_by_position
  FROM numbered
)
SELECT r.pos, t.pos AS time_leader, r.time_no, p.pos AS position_leader, r.position_no
FROM running r
JOIN numbered t ON t.place_hash = r.place_hash AND t.timed = r.timed AND t.by_time = r.latest_by_time
JOIN numbered p ON p.place_hash = r.place_hash AND p.by_position = r.latest_by_position
WHERE r.latest_by_time <> r.by_time OR r.latest_by_position <> r.by_position
ORDER BY r.pos
