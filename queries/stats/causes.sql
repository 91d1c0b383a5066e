-- title: Duplicates by cause
-- question: How many deliveries of each row came again, and why?
-- reads: deliveries, repeats
-- order: grp, cause
SELECT d.grp, r.cause, count(*) AS events
FROM repeats r
JOIN deliveries d ON d.pos = r.pos
GROUP BY d.grp, r.cause
ORDER BY d.grp, r.cause
