-- Counters rolled up by region and period, and the targets: figure, labels, period, region, value.
CREATE TABLE regions AS
SELECT code, length(code) AS digits FROM names WHERE length(code) IN (2, 4, 6) AND code LIKE getvariable('province') || '%';

-- Of systems of class s figures tell as of the beginning of a day; counters tell of everything.
CREATE TABLE told_events AS
SELECT e.* FROM events e LEFT JOIN told_until t USING (system) WHERE e.arrived <= coalesce(t.day, e.arrived);
CREATE TABLE told_counters AS
FROM counters WHERE regexp_extract(labels, 'system=([^|]*)', 1) NOT IN (SELECT system FROM told_until)
UNION ALL
SELECT 'flow.received', 'system=' || system || '|type=' || type, strftime(day, '%Y-%m-%d'), NULL, count(*)
FROM told_events WHERE system IN (SELECT system FROM told_until) GROUP BY ALL
UNION ALL
SELECT 'flow.rejected', 'code=' || code || '|system=' || system, '', NULL, count(*)
FROM letters l JOIN told_until t USING (system) WHERE l.arrived <= t.day GROUP BY ALL;

CREATE TABLE rolled AS
WITH placed AS (
    SELECT figure, labels, period, value, unnest(CASE
        WHEN county IS NULL THEN ['']
        WHEN county = 'unknown' THEN ['unknown', getvariable('province')]
        ELSE [county, county[:4], county[:2]] END) AS region
    FROM told_counters
)
SELECT figure, labels, unnest(CASE
        WHEN figure = 'candidates' OR period IN ('', 'unknown') THEN [period]
        WHEN length(period) = 10 THEN [period, period[:7], period[:4]]
        ELSE [period, period[:4]] END) AS period, region, value
FROM placed;

CREATE TABLE figures AS
SELECT figure, labels, period, region, sum(value)::DOUBLE AS value FROM rolled GROUP BY ALL;

-- T1, T2: adult members by residents.
CREATE TABLE residents AS
SELECT region, arg_max(value, (year, vintage)) AS value FROM population
WHERE year <= year(getvariable('as_of')) GROUP BY region;
CREATE TABLE adults AS
SELECT r.code AS region, coalesce(f.value, 0) AS value FROM regions r
LEFT JOIN figures f ON f.figure = 'members' AND f.labels = 'kind=adult' AND f.region = r.code AND f.period = '';
INSERT INTO figures SELECT 'T2', '', '', region, value FROM adults;
INSERT INTO figures SELECT 'population', '', '', p.region, p.value FROM residents p JOIN regions r ON r.code = p.region;
INSERT INTO figures SELECT 'T1', '', '', a.region, a.value / p.value FROM adults a JOIN residents p USING (region);

-- Organisations of each class; T3, T5: villages and townships with one. Codes as the statistical bureau numbers them.
CREATE TABLE around AS SELECT unnest([2, 4, 6, 9]) AS digits;
INSERT INTO figures
SELECT 'organisations', 'class=' || org_class, '', current[:digits], count(*) FROM organisations, around
WHERE active AND length(current) >= digits GROUP BY ALL;
INSERT INTO figures
SELECT 'T6', labels, '', region, value FROM figures
WHERE figure = 'organisations' AND labels NOT IN ('class=village', 'class=community', 'class=township', 'class=school')
  AND length(region) <= 6;
CREATE TABLE spots AS
SELECT code, 'village' AS sort FROM names WHERE length(code) = 12 AND code[10:] BETWEEN '001' AND '399'
UNION ALL
SELECT code, 'township' FROM names WHERE length(code) = 9 AND code[7:] BETWEEN '001' AND '399' AND code[7:] <> '198';
CREATE TABLE organised AS
SELECT DISTINCT s.code, s.sort FROM organisations o JOIN spots s ON s.code = o.current
WHERE o.active AND (s.sort = 'village' AND o.org_class IN ('village', 'community') OR s.sort = 'township' AND o.org_class = 'township');
CREATE TABLE rates AS
SELECT a.sort, a.region, coalesce(o.n, 0) AS have, a.n AS there
FROM (SELECT sort, code[:digits] AS region, count(*) AS n FROM spots, around WHERE length(code) >= digits GROUP BY ALL) a
LEFT JOIN (SELECT sort, code[:digits] AS region, count(*) AS n FROM organised, around GROUP BY ALL) o USING (sort, region);
INSERT INTO figures SELECT 'T3', '', '', region, have / there FROM rates WHERE sort = 'village';
INSERT INTO figures SELECT 'T3.organised', '', '', region, have FROM rates WHERE sort = 'village';
INSERT INTO figures SELECT 'T3.villages', '', '', region, there FROM rates WHERE sort = 'village';
INSERT INTO figures SELECT 'T5.township_rate', '', '', region, have / there FROM rates WHERE sort = 'township' AND length(region) <= 6;
INSERT INTO figures SELECT 'T5.townships_organised', '', '', region, have FROM rates WHERE sort = 'township' AND length(region) <= 6;
INSERT INTO figures SELECT 'T5.townships', '', '', region, there FROM rates WHERE sort = 'township' AND length(region) <= 6;
INSERT INTO figures
SELECT 'T5.schools', '', '', r.code, coalesce(f.value, 0) FROM regions r
LEFT JOIN figures f ON f.figure = 'organisations' AND f.labels = 'class=school' AND f.region = r.code;

-- T7: in the year that runs, what T1 to T3 have come to.
INSERT INTO figures
SELECT 'T7', 'of=' || figure, strftime(getvariable('as_of'), '%Y'), region, value FROM figures
WHERE figure IN ('T1', 'T2', 'T3') AND length(region) <= 6;

-- T8: what became of invitations. T9: candidates who are members. T10: who was reached. T12: net change.
INSERT INTO figures
SELECT 'T8.' || CASE change WHEN 'issued' THEN 'invited' ELSE change END, labels, period, region, sum(value)
FROM (
    SELECT regexp_extract(labels, 'change=([^|]*)', 1) AS change, period, region, value,
        regexp_extract(labels, '(channel=[^|]*)', 1) || regexp_extract(labels, '(\|priority=[^|]*)', 1) AS labels
    FROM figures WHERE figure = 'flow.invitations' AND region <> 'unknown'
) WHERE change IN ('issued', 'delivered', 'accepted', 'applied', 'admitted', 'declined', 'expired', 'withdrawn') GROUP BY ALL;
CREATE TABLE seats AS
SELECT regexp_extract(labels, '^(council=[^|]*)', 1) AS council, period, sum(value) AS candidates,
    coalesce(sum(value) FILTER (labels LIKE '%|member=yes'), 0) AS members
FROM figures WHERE figure = 'candidates' GROUP BY ALL;
INSERT INTO figures SELECT 'T9', council, period, '', members / candidates FROM seats;
INSERT INTO figures SELECT 'T9.candidates', council, period, '', candidates FROM seats;
INSERT INTO figures SELECT 'T9.members', council, period, '', members FROM seats WHERE members > 0;
INSERT INTO figures
SELECT 'T10', split_part(labels, '|', 1), '', region, coalesce(sum(value) FILTER (labels LIKE '%invited=yes'), 0) / sum(value)
FROM figures WHERE figure = 'priority_reach' AND region <> 'unknown' GROUP BY ALL;
INSERT INTO figures
SELECT 'T12', '', p, region, sum(CASE WHEN labels IN ('move=admitted', 'move=transferred_in') THEN value ELSE -value END)
FROM figures, unnest(CASE WHEN length(period) = 7
    THEN [period, period[:4] || '-Q' || ((period[6:]::INT + 2) // 3)] ELSE [period] END) AS u(p)
WHERE figure = 'members_moved' AND region <> 'unknown' GROUP BY ALL;
INSERT INTO figures SELECT 'T8.matched', '', '', region, value FROM figures WHERE figure = 'persons' AND region <> 'unknown';
INSERT INTO figures SELECT 'T8.qualified', labels, '', region, value FROM figures WHERE figure = 'qualified' AND region <> 'unknown';

-- T13: of what was received, the share that was rejected, or waits; and who is to be looked at.
INSERT INTO figures
SELECT 'T13.' || CASE verdict WHEN 'rejected' THEN 'rejected' ELSE 'parked' END, 'system=' || system, '', '', n / whole
FROM (SELECT system, verdict, count(*) AS n FROM told_events WHERE verdict IN ('rejected', 'parked') GROUP BY ALL)
JOIN (SELECT system, count(*) AS whole FROM told_events GROUP BY ALL) USING (system);
INSERT INTO figures
SELECT 'T13.review_backlog', '', '', region, value FROM figures WHERE figure = 'under_review' AND region <> 'unknown';
INSERT INTO figures
SELECT 'T13.held', '', '', region, sum(value) FROM figures WHERE figure = 'held' AND region <> 'unknown' GROUP BY ALL;
INSERT INTO figures SELECT 'T13.oldest_days', '', '', '', getvariable('as_of') - min(since) FROM reviews JOIN persons USING (who);
INSERT INTO figures
SELECT 'T13.match_precision', '', '', region, coalesce(sum(value) FILTER (labels = 'verdict=confirmed'), 0) / sum(value)
FROM figures WHERE figure = 'identities_decided' AND region <> 'unknown' GROUP BY ALL;

-- T8: the median of each step is in the first bucket that reaches half of all.
INSERT INTO figures
WITH cells AS (
    SELECT regexp_replace(labels, '^bucket=[^|]*\|', '') AS own, period,
        try_cast(regexp_extract(labels, '^bucket=([^|]*)', 1) AS DOUBLE) AS bound, value
    FROM figures WHERE figure = 'flow.days'
), running AS (
    SELECT own, period, bound,
        sum(value) OVER (PARTITION BY own, period ORDER BY bound NULLS LAST) AS so_far,
        sum(value) OVER (PARTITION BY own, period) AS whole
    FROM cells
)
SELECT 'T8.median_days', own, period, '', min(bound) FROM running
WHERE 2 * so_far >= whole AND bound IS NOT NULL GROUP BY ALL;

-- And the share of those who were invited in time, by the priority of the invitation.
INSERT INTO figures
SELECT 'T8.in_time', 'priority=' || priority, period, '',
    coalesce(sum(value) FILTER (bound <= CASE priority WHEN '2' THEN 3 WHEN '3' THEN 7 ELSE 1 END), 0) / sum(value)
FROM (
    SELECT regexp_extract(labels, 'priority=([^|]*)', 1) AS priority, period, value,
        try_cast(regexp_extract(labels, '^bucket=([^|]*)', 1) AS DOUBLE) AS bound
    FROM figures WHERE figure = 'flow.days' AND labels LIKE '%|step=qualified_invited'
) GROUP BY ALL;
