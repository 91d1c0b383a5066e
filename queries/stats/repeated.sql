-- title: Deliveries of repeated identities
-- question: Which deliveries are of an identity that came again, in which order of arrival?
-- reads: deliveries, repeats
-- order: pos
SELECT d.pos, d.identity, coalesce(r.n, 1) AS n
FROM deliveries d
JOIN (SELECT DISTINCT identity FROM repeats) i ON i.identity = d.identity
LEFT JOIN repeats r ON r.pos = d.pos
ORDER BY d.pos
