-- title: Fields with personal data
-- question: Which fields hold personal data, by what they hold or by their names?
-- order: type, source, path, kind
-- engines: duckdb
-- No value is shown. By content: mail addresses, IBANs whose checksum is right (modulo 97), card
-- numbers whose check digit is right (Luhn), IPv4 addresses, telephone numbers that begin with +.
-- One number in ten passes Luhn by chance: share says how many of the field's values were found.
-- By name: what the content does not tell, such as names and dates of birth.
WITH leaves AS (
  SELECT f.pos, f.path, f."value", lower(f."name") AS called,
    CASE WHEN f.kind IN ('text', 'number') AND length(f."value") <= 60
      THEN upper(translate(f."value", ' -.()/', '')) END AS compact
  FROM fields f
  WHERE f."value" IS NOT NULL
),
ibans AS (
  SELECT DISTINCT compact FROM leaves
  WHERE regexp_like(compact, '^[A-Z][A-Z][0-9][0-9][A-Z0-9]{11,30}$')
),
iban_signs AS (
  SELECT compact, n,
    strpos('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ',
      substr(concat(substr(compact, 5), substr(compact, 1, 4)), n, 1)) - 1 AS sign
  FROM ibans
  CROSS JOIN UNNEST(sequence(1, 34)) AS listed (n)
  WHERE n <= length(compact)
),
iban_digits AS (
  SELECT compact, sign, CAST(sum(CASE WHEN sign > 9 THEN 2 ELSE 1 END)
    OVER (PARTITION BY compact ORDER BY n DESC) AS bigint)
    - CASE WHEN sign > 9 THEN 2 ELSE 1 END AS following
  FROM iban_signs
),
right_ibans AS (
  SELECT compact
  FROM iban_digits
  GROUP BY compact
  HAVING sum(sign * (CAST(power(10, following % 16) AS bigint) % 97)
    * CAST(power(62, floor(following / 16e0)) AS bigint)) % 97 = 1
),
right_cards AS (
  SELECT compact
  FROM (
    SELECT compact, CAST(substr(compact, n, 1) AS bigint) * (1 + (length(compact) - n) % 2) AS digit
    FROM (SELECT DISTINCT compact FROM leaves WHERE regexp_like(compact, '^[2-6][0-9]{12,18}$')) c
    CROSS JOIN UNNEST(sequence(1, 19)) AS listed (n)
    WHERE n <= length(compact)
  ) digits
  GROUP BY compact
  HAVING sum(CASE WHEN digit > 9 THEN digit - 9 ELSE digit END) % 10 = 0
),
seen AS (
  SELECT l.pos, l.path, l."value", l.called, CASE
      WHEN regexp_like(l."value", '[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z][A-Za-z]+') THEN 'mail'
      WHEN i.compact IS NOT NULL THEN 'iban'
      WHEN c.compact IS NOT NULL THEN 'card'
      WHEN regexp_like(l."value",
        '^(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(\.(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])){3}$') THEN 'ip'
      WHEN regexp_like(l.compact, '^\+[1-9][0-9]{6,14}$') THEN 'phone'
    END AS held
  FROM leaves l
  LEFT JOIN right_ibans i ON i.compact = l.compact
  LEFT JOIN right_cards c ON c.compact = l.compact
),
named AS (
  SELECT pos, path, "value", held, CASE
      WHEN held IS NOT NULL THEN held
      WHEN regexp_like(called, 'e[-_]?mail') THEN 'mail'
      WHEN regexp_like(called, 'phone|mobile|msisdn|^tel$|^fax') THEN 'phone'
      WHEN regexp_like(called, 'birth|^dob$') THEN 'birth'
      WHEN regexp_like(called, '(first|last|full|given|family|middle|maiden|sur)[-_]?name')
        THEN 'name'
      WHEN regexp_like(called, '^ip$|ip[-_]?addr') THEN 'ip'
      WHEN regexp_like(called, 'street|postcode|postal|zip[-_]?code|^zip$|address$') THEN 'address'
      WHEN regexp_like(called, 'iban|^bic$|account[-_]?(number|no$)') THEN 'bank'
      WHEN regexp_like(called, 'passport|^ssn$|social[-_]?sec|tax[-_]?(id|number)') THEN 'identity'
    END AS kind
  FROM seen
),
fields_seen AS (
  SELECT e.type, e.source, n.path, n.kind, n.held, n."value", n.pos, e.event_time,
    count(*) OVER (PARTITION BY e.type, e.source, n.path) AS all_values
  FROM named n
  JOIN events e ON e.pos = n.pos
)
SELECT type, source, path, kind, CASE WHEN held IS NULL THEN 'name' ELSE 'content' END AS found_by,
  count(DISTINCT pos) AS events, count(*) AS "values", count(DISTINCT "value") AS "different",
  CAST(count(*) AS double) / max(all_values) AS share,
  min(event_time) AS first_time, max(event_time) AS last_time
FROM fields_seen
WHERE kind IS NOT NULL
GROUP BY type, source, path, kind, CASE WHEN held IS NULL THEN 'name' ELSE 'content' END
ORDER BY type, source, path, kind, found_by
