-- title: Reordered deliveries by row
-- question: Which reordered deliveries of each row came first, and which is the worst?
-- reads: deliveries, reordered
-- order: pos
-- `nth` numbers those of a row by position. The worst is the latest, else the one furthest behind.
SELECT d.grp, r.pos, r.after_pos, r.extent, r.late_us,
  row_number() OVER (PARTITION BY d.grp ORDER BY r.pos) AS nth,
  row_number() OVER (
    PARTITION BY d.grp ORDER BY coalesce(r.late_us, -1) DESC, r.extent DESC, r.pos
  ) AS worst,
  max(CASE WHEN r.late_us IS NULL THEN 1 ELSE 0 END) OVER (PARTITION BY d.grp) AS untimed
FROM reordered r
JOIN deliveries d ON d.pos = r.pos
ORDER BY r.pos
