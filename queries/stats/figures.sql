-- title: All figures in one reading
-- question: What are the counts, causes, latency buckets and lateness of each row, read once?
-- reads: deliveries
-- order: level, grp, cause, lowest_us, extent, late_us
-- What rows.sql, causes.sql, latencies.sql and lateness.sql say, for an engine that bills each
-- reading: `level` says which (grouping), 31 is all records. `lone` is a partition for each delivery
-- that is compared with no other. Of deliveries that arrived at one moment, in one place, nobody
-- knows the order: streams that have such are not checked (`untold`), nor is it known which copy
-- was first (`unsure_first`).
WITH alone AS (
  SELECT *, CAST(random() AS varchar) AS lone FROM deliveries
),
keyed AS (
  SELECT *,
    CASE WHEN key_hash IS NULL THEN 0
      ELSE max(CASE WHEN received_us IS NULL THEN 1 ELSE 0 END) OVER (
        PARTITION BY coalesce(key_hash, lone))
    END AS untimed
  FROM alone
),
copies AS (
  SELECT *,
    CASE WHEN identity IS NULL THEN 0
      ELSE max(CASE WHEN received_us IS NULL OR untimed = 1 THEN 1 ELSE 0 END) OVER (
        PARTITION BY coalesce(identity, lone))
    END AS by_position
  FROM keyed
),
placed AS (
  SELECT *,
    CASE WHEN by_position = 0 THEN arrival_us END AS first_by,
    CASE WHEN by_position = 0 THEN arrival_pos ELSE position_rank END AS then_by
  FROM copies
),
ranked AS (
  SELECT *,
    CASE WHEN identity IS NULL THEN 1
      ELSE row_number() OVER (
        PARTITION BY coalesce(identity, lone) ORDER BY first_by, then_by, event_us, place)
    END AS n,
    row_number() OVER (
      PARTITION BY coalesce(identity, lone), transport ORDER BY first_by, then_by, event_us, place
    ) AS n_of_message,
    CASE
      WHEN identity IS NOT NULL
        AND lead(first_by) OVER (
          PARTITION BY coalesce(identity, lone) ORDER BY first_by, then_by, event_us, place
        ) IS NOT DISTINCT FROM first_by
        AND lead(then_by) OVER (
          PARTITION BY coalesce(identity, lone) ORDER BY first_by, then_by, event_us, place
        ) = then_by
        AND lead(event_us) OVER (
          PARTITION BY coalesce(identity, lone) ORDER BY first_by, then_by, event_us, place
        ) IS DISTINCT FROM event_us
      THEN 1 ELSE 0
    END AS is_tied
  FROM placed
),
judged AS (
  SELECT *,
    CASE WHEN n = 1 THEN NULL
      WHEN replay THEN 'replay'
      WHEN retried AND transport IS NOT NULL AND n_of_message > 1 THEN 'redelivery'
      ELSE 'sameId'
    END AS cause,
    CASE WHEN n = 1 AND place IS NOT NULL THEN stream END AS lane,
    CASE WHEN untimed = 0 THEN arrival_us END AS order_us,
    CASE WHEN untimed = 0 THEN arrival_pos ELSE position_rank END AS order_pos
  FROM ranked
),
running AS (
  SELECT *,
    row_number() OVER (
      PARTITION BY coalesce(lane, lone) ORDER BY order_us, order_pos, event_us, place
    ) AS i,
    max(place) OVER (
      PARTITION BY coalesce(lane, lone) ORDER BY order_us, order_pos, event_us, place
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS greatest_before,
    CASE
      WHEN lane IS NOT NULL
        AND lag(order_us) OVER (
          PARTITION BY coalesce(lane, lone) ORDER BY order_us, order_pos, event_us, place
        ) IS NOT DISTINCT FROM order_us
        AND lag(order_pos) OVER (
          PARTITION BY coalesce(lane, lone) ORDER BY order_us, order_pos, event_us, place
        ) = order_pos
        AND lag(place) OVER (
          PARTITION BY coalesce(lane, lone) ORDER BY order_us, order_pos, event_us, place
        ) <> place
      THEN 1 ELSE 0
    END AS is_beside
  FROM judged
),
known AS (
  SELECT *,
    max(is_beside) OVER (PARTITION BY coalesce(lane, lone)) AS is_untold,
    CASE WHEN greatest_before IS NULL OR place > greatest_before THEN i END AS raises
  FROM running
),
paired AS (
  SELECT *,
    min(CASE WHEN raises IS NOT NULL THEN
      lpad(CAST(i AS varchar), 19, '0') || ':' || coalesce(CAST(received_us AS varchar), '')
    END) OVER (
      PARTITION BY coalesce(lane, lone)
      ORDER BY place, CASE WHEN raises IS NULL THEN 1 ELSE 0 END, i
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS before
  FROM known
),
reordered AS (
  SELECT *,
    CASE WHEN lane IS NOT NULL AND is_untold = 0 THEN 1 ELSE 0 END AS is_checked,
    CASE WHEN lane IS NOT NULL AND is_untold = 0 AND place < greatest_before THEN before
    END AS behind,
    CASE WHEN n = 1 AND received_us >= event_us AND received_us - event_us <= 35184372088831
      THEN received_us - event_us
    END AS us
  FROM paired
),
measured AS (
  SELECT *,
    i - CAST(substr(behind, 1, 19) AS bigint) AS extent,
    received_us - CAST(nullif(substr(behind, 21), '') AS bigint) AS late_us,
    CAST(greatest(0, length(to_base(us, 2)) - 11) AS integer) AS bits
  FROM reordered
),
rows_of AS (
  SELECT *, bitwise_left_shift(bitwise_right_shift(us, bits), bits) AS lowest_us FROM measured
)
SELECT
  grouping(grp, cause, lowest_us, extent, late_us) AS level,
  grp, cause, lowest_us, extent, late_us,
  count(*) AS events,
  sum(CASE WHEN identity IS NULL THEN 1 ELSE 0 END) AS no_identity,
  count(event_us) AS times,
  sum(CASE WHEN event_us % 1000 = 0 THEN 1 ELSE 0 END) AS whole_millis,
  sum(CASE WHEN event_us % 1000000 = 0 THEN 1 ELSE 0 END) AS whole_seconds,
  sum(is_checked) AS checked,
  count(DISTINCT CASE WHEN is_checked = 1 THEN key_hash END) AS keys,
  sum(CASE WHEN n = 1 AND received_us < event_us THEN 1 ELSE 0 END) AS skewed,
  sum(CASE WHEN n = 1 AND received_us - event_us > 35184372088831 THEN 1 ELSE 0 END) AS overflow,
  min(CASE WHEN n = 1 AND received_us >= event_us THEN received_us - event_us END) AS min_us,
  max(CASE WHEN n = 1 AND received_us >= event_us THEN received_us - event_us END) AS max_us,
  sum(CASE WHEN n = 1 AND received_us >= event_us
    THEN CAST(received_us - event_us AS decimal(38, 0)) END) AS sum_us,
  count(received_us) AS arrivals,
  sum(CASE WHEN lane IS NOT NULL AND is_checked = 0 THEN 1 ELSE 0 END) AS untold,
  sum(CASE WHEN n = 1 THEN is_tied ELSE 0 END) AS unsure_first,
  sum(no_sequence) AS no_sequence,
  min(CASE WHEN n = 1 THEN received_us - event_us END) AS least_us,
  min(event_us) AS first_us, max(event_us) AS last_us,
  min(received_us) AS first_received_us, max(received_us) AS last_received_us,
  count(DISTINCT CASE WHEN untimed = 1 THEN key_hash END) AS untimed_keys,
  count(DISTINCT path) AS objects,
  sum(CASE WHEN state = 'undecodable' THEN 1 ELSE 0 END) AS undecodable,
  sum(CASE WHEN state = 'unsure' THEN 1 ELSE 0 END) AS unsure,
  sum(CASE WHEN state = 'event' THEN 1 ELSE 0 END) AS all_events
FROM rows_of
GROUP BY GROUPING SETS ((), (grp), (grp, cause), (grp, lowest_us), (grp, extent, late_us))
ORDER BY level, grp, cause, lowest_us, extent, late_us
