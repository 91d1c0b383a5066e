-- title: Mail addresses
-- question: Which types of events hold mail addresses?
-- order: events, type, source
SELECT type, source, count(*) AS events, min(event_time) AS first_time, max(event_time) AS last_time
FROM events
WHERE regexp_like(payload, '[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z][A-Za-z]+')
GROUP BY type, source
ORDER BY events DESC, type, source
