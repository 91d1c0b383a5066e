-- title: Turns of a replay
-- question: When is it each delivery's turn, where those of a key keep their order?
-- reads: events, arrivals
-- order: moment_us, turn, pos
-- In order of arrival (DESIGN §8) a delivery's moment is when it arrived, and its turn tells it from
-- others of that moment. A key of which a delivery lacks received_at_us goes by position alone; its
-- moments are the latest that it had until then. With `$by` sequence or time those of a key take its
-- turns in that order; what has none comes last.
WITH by_position AS (
  SELECT DISTINCT "key" FROM events WHERE received_at_us IS NULL AND "key" IS NOT NULL
),
arrived AS (
  SELECT e.pos, e."key", e.sequence_kind, e.sequence_sort, e.event_time_us,
    CASE WHEN $by = 'sequence' AND e.sequence_per <> 'key' THEN e.source ELSE '' END AS counter,
    CASE
      WHEN e."key" IS NULL THEN coalesce(a.arrival_us, e.event_time_us)
      WHEN b."key" IS NULL THEN a.arrival_us
      ELSE max(coalesce(e.received_at_us, e.event_time_us)) OVER (
        PARTITION BY e."key" ORDER BY a.position_rank
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      )
    END AS moment_us,
    CASE WHEN b."key" IS NULL AND e.received_at_us IS NOT NULL THEN a.arrival_pos
      ELSE a.position_rank END AS turn
  FROM events e
  JOIN arrivals a ON a.pos = e.pos
  LEFT JOIN by_position b ON b."key" = e."key"
  WHERE $copies = 'all' OR e.copy_number = 1
),
numbered AS (
  SELECT pos, "key", counter, moment_us, turn,
    row_number() OVER (
      PARTITION BY "key", counter ORDER BY moment_us NULLS FIRST, turn, pos
    ) AS turn_no,
    row_number() OVER (
      PARTITION BY "key", counter
      ORDER BY CASE WHEN $by = 'sequence' THEN sequence_kind END NULLS LAST,
        CASE WHEN $by = 'sequence' THEN sequence_sort END NULLS LAST,
        CASE WHEN $by = 'time' THEN event_time_us END NULLS LAST,
        moment_us NULLS FIRST, turn, pos
    ) AS place_no
  FROM arrived
  WHERE "key" IS NOT NULL
)
SELECT p.pos, t.moment_us, t.turn
FROM numbered t
JOIN numbered p ON p."key" = t."key" AND p.counter = t.counter AND p.place_no = t.turn_no
UNION ALL
SELECT pos, moment_us, turn FROM arrived WHERE "key" IS NULL
ORDER BY moment_us NULLS FIRST, turn, pos
