-- title: Stuck flows
-- question: Which runs of flows wait for a step that was due?
-- param: flow text null: one flow; null: all
-- order: overdue_us, flow, run
-- first_id began the run, last_id was its last step, at last_time; type is what did not come.
SELECT s.flow, s.step, s.type, s.waited_us - s.within_us AS overdue_us, a.id AS first_id,
  b.id AS last_id, b.type AS last_type, b.event_time AS last_time, b.correlation_id,
  coalesce(element_at(b.entities, 1), b."key") AS thing, s.run
FROM flow_steps s
JOIN events a ON a.pos = s.run
JOIN events b ON b.pos = s.after_pos
WHERE s.state = 'stuck' AND ($flow IS NULL OR s.flow = $flow)
ORDER BY overdue_us DESC, s.flow, s.run
