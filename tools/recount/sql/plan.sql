-- What the plan asks for: T4, the rate of schools, targets, milestones and whether they are reached; and ranges.
-- Facets are what stands beside a value: facet, figure, labels, period, region, value.
CREATE TABLE facets (facet TEXT, figure TEXT, labels TEXT, period TEXT, region TEXT, value DOUBLE);

INSERT INTO figures
SELECT 'T4', '', '', f.region, 100 * (f.value - b.value) FROM figures f
JOIN asked b ON b.goal = 'T3' AND b.what = 'baseline' AND b.region = f.region
WHERE f.figure = 'T3' AND length(f.region) <= 6;
INSERT INTO figures SELECT 'T7', 'of=T4', strftime(getvariable('as_of'), '%Y'), region, value FROM figures WHERE figure = 'T4';
INSERT INTO figures
SELECT 'T5.school_rate', '', '', f.region, f.value / a.value FROM figures f
JOIN asked a ON a.what = 'schools' AND a.region = f.region AND a.value > 0 WHERE f.figure = 'T5.schools';

-- Of each region, what is to be reached at the end. A number of adult members follows from the residents.
CREATE TABLE wanted AS
SELECT g.goal, r.code AS region, CASE g.goal
    WHEN 'T2' THEN greatest(ceil(round((SELECT value FROM asked WHERE goal = 'T1' AND what = 'target') * p.value, 6)),
        CASE WHEN r.code = getvariable('province') THEN (SELECT value FROM asked WHERE goal = 'T2' AND what = 'target') END)
    ELSE (SELECT value FROM asked a WHERE a.goal = g.goal AND a.what = 'target') END AS value
FROM (SELECT unnest(['T1', 'T2', 'T3', 'T4']) AS goal) g
JOIN (SELECT code FROM names WHERE length(code) IN (2, 4, 6, 9) AND code LIKE getvariable('province') || '%') r
    ON g.goal = 'T3' OR length(r.code) <= 6
LEFT JOIN residents p ON p.region = r.code;

-- The plan's points: where it began, what is given for the end of a year, what it ends with; of one day the last counts.
CREATE TABLE points AS
SELECT goal, region, day, arg_max(value, rank) AS value FROM (
    SELECT goal, region, make_date(year, 12, 31) AS day, value, 1 AS rank FROM asked WHERE what = 'milestone'
    UNION ALL
    SELECT goal, region, getvariable('starts'), value, 2 FROM asked WHERE what = 'baseline'
    UNION ALL
    SELECT goal, region, getvariable('ends'), value, 3 FROM wanted WHERE value IS NOT NULL
) GROUP BY ALL;
CREATE TABLE days AS
SELECT '' AS period, getvariable('as_of') AS day
UNION ALL
SELECT y::TEXT, make_date(y::INT, 12, 31) FROM range(year(getvariable('starts') + 1), year(getvariable('ends')) + 1) u(y);

CREATE TABLE milestones AS
SELECT w.goal, w.region, d.period, CASE
    WHEN b.day IS NULL THEN NULL WHEN a.day IS NULL THEN b.value
    ELSE b.value + (a.value - b.value) * (d.day - b.day) / (a.day - b.day) END AS value
FROM wanted w CROSS JOIN days d
ASOF LEFT JOIN points b ON b.goal = w.goal AND b.region = w.region AND b.day <= d.day
ASOF LEFT JOIN points a ON a.goal = w.goal AND a.region = w.region AND a.day > d.day;

INSERT INTO facets SELECT 'target', goal, '', '', region, value FROM wanted;
INSERT INTO facets SELECT 'milestone', goal, '', '', region, value FROM milestones WHERE period = '';
-- In the year that runs the target is the year's end, and the milestone that of today.
INSERT INTO facets
SELECT facet, 'T7', 'of=' || m.goal, m.period, m.region,
    if(facet = 'milestone' AND m.period = strftime(getvariable('as_of'), '%Y'), n.value, m.value)
FROM milestones m JOIN milestones n ON n.goal = m.goal AND n.region = m.region AND n.period = '',
    (SELECT unnest(['target', 'milestone']) AS facet)
WHERE m.period <> '' AND length(m.region) <= 6;

-- What is not to fall: it is asked to be what it was.
INSERT INTO facets
SELECT facet, split_part(goal, '/', 1), if(goal LIKE 'T6/%', 'class=' || split_part(goal, '/', 2), ''), '', region, value
FROM asked, (SELECT unnest(['target', 'milestone']) AS facet)
WHERE what = 'baseline' AND (goal IN ('T5.township_rate', 'T5.schools') OR goal LIKE 'T6/%');

INSERT INTO facets
SELECT 'on_track', m.figure, m.labels, m.period, m.region, (f.value >= m.value)::INT
FROM facets m JOIN figures f USING (figure, labels, period, region)
WHERE m.facet = 'milestone' AND (m.figure <> 'T7' OR m.period = strftime(getvariable('as_of'), '%Y'));
DELETE FROM facets WHERE value IS NULL;

-- Ranges: each of those under review may turn out to be somebody who is counted already, or two.
CREATE TABLE doubt AS SELECT region, value AS n FROM figures WHERE figure = 'under_review' AND period = '' AND region <> 'unknown';
INSERT INTO facets
SELECT unnest(['low', 'high']), figure, labels, '', region, unnest([greatest(0, value - n), value + n])
FROM figures JOIN doubt USING (region)
WHERE period = '' AND figure IN ('persons', 'members', 'certificates_valid', 'qualified', 'held', 'priority_reach',
    'T2', 'T8.matched', 'T8.qualified', 'T13.held');
INSERT INTO facets
SELECT facet, 'T1', '', '', f.region, f.value / r.value
FROM facets f JOIN residents r USING (region) WHERE f.figure = 'T2' AND facet IN ('low', 'high');
INSERT INTO facets
SELECT unnest(['low', 'high']), 'T10', ground, '', region, unnest([greatest(0, yes - least(n, whole)) / whole,
    least(1, (yes + least(n, whole)) / whole)])
FROM (
    SELECT split_part(labels, '|', 1) AS ground, region, sum(value) AS whole,
        coalesce(sum(value) FILTER (labels LIKE '%invited=yes'), 0) AS yes
    FROM figures WHERE figure = 'priority_reach' GROUP BY ALL
) JOIN doubt USING (region);

-- A median lies in its bucket: above the bound below, at its own at most.
INSERT INTO facets
SELECT unnest(['low', 'high']), figure, labels, period, region,
    unnest([coalesce((SELECT max(bound) FROM bounds WHERE bound < value), 0), value])
FROM figures WHERE figure = 'T8.median_days';
