-- title: Lateness of reordered deliveries
-- question: How many deliveries of each row were reordered, how far, and how late?
-- reads: deliveries, reordered
-- order: grp, extent, late_us
SELECT d.grp, r.extent, r.late_us, count(*) AS events
FROM reordered r
JOIN deliveries d ON d.pos = r.pos
GROUP BY d.grp, r.extent, r.late_us
ORDER BY d.grp, r.extent, r.late_us
