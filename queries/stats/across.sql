-- title: Reordered across rows
-- question: Which reordered deliveries came after one of another row?
-- reads: deliveries, reordered
-- order: pos
SELECT r.pos, r.after_pos
FROM reordered r
JOIN deliveries d ON d.pos = r.pos
JOIN deliveries a ON a.pos = r.after_pos
WHERE a.grp <> d.grp
ORDER BY r.pos
