-- title: Witnesses of what became of events
-- question: Which identities of each row are the plainest examples of one fate?
-- reads: examples
-- param: most integer: how many of each row
-- order: grp, nth
-- `examples` is what was judged of one fate, with the rank that makes one plainer than another.
SELECT grp, nth, sent_pos, received_pos, sent_us, arrived_us, receipts, took_us
FROM (
  SELECT *, row_number() OVER (PARTITION BY grp ORDER BY weight DESC, clock_us, sent_pos,
    received_pos) AS nth
  FROM examples
) ranked
WHERE nth <= $most
ORDER BY grp, nth
