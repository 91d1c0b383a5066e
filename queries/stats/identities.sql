-- title: Repeated identities
-- question: When did each identity that was repeated come again first, and when last?
-- reads: deliveries, repeated
-- order: again_pos
-- An identity counts in the row of its last copy; `nth` numbers those of a row in the order in
-- which they first came again, by position.
WITH members AS (
  SELECT m.identity, m.pos, m.n, d.grp, d.received_us,
    row_number() OVER (PARTITION BY m.identity ORDER BY m.pos) AS k,
    count(*) OVER (PARTITION BY m.identity) AS copies
  FROM repeated m
  JOIN deliveries d ON d.pos = m.pos
),
identities AS (
  SELECT identity,
    max(CASE WHEN n = copies THEN grp END) AS grp,
    max(CASE WHEN k = 2 THEN pos END) AS again_pos,
    max(CASE WHEN n = copies THEN received_us END) - max(CASE WHEN n = 1 THEN received_us END)
      AS delay_us
  FROM members
  GROUP BY identity
)
SELECT *, row_number() OVER (PARTITION BY grp ORDER BY again_pos) AS nth
FROM identities
ORDER BY again_pos
