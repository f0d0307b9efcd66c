-- T11: counties below half of the province, or that did not grow in the two last full quarters.
CREATE TABLE quarters AS
SELECT strftime(start, '%Y') || '-Q' || quarter(start) AS name, start::DATE AS start FROM (
    SELECT unnest([date_trunc('quarter', getvariable('as_of')) - INTERVAL 6 MONTH,
        date_trunc('quarter', getvariable('as_of')) - INTERVAL 3 MONTH]) AS start);

CREATE TABLE villages_before AS
SELECT current[:6] AS region, count(DISTINCT current) AS n
FROM directory_on((SELECT min(start) - 1 FROM quarters)) o JOIN spots s ON s.code = o.current AND s.sort = 'village'
WHERE o.active AND o.org_class IN ('village', 'community') GROUP BY ALL;

CREATE TABLE villages_after AS
SELECT current[:6] AS region, count(DISTINCT current) AS n
FROM directory_on((SELECT (max(start) + INTERVAL 3 MONTH)::DATE - 1 FROM quarters)) o
JOIN spots s ON s.code = o.current AND s.sort = 'village'
WHERE o.active AND o.org_class IN ('village', 'community') GROUP BY ALL;

CREATE TABLE lagging AS
WITH told AS (
    SELECT min(period) <= (SELECT strftime(min(start), '%Y-%m') FROM quarters) AS long_enough
    FROM figures WHERE figure = 'T12' AND length(period) = 7 AND period NOT LIKE '%Q%'
), grown AS (
    SELECT region, sum(value) AS members FROM figures
    WHERE figure = 'T12' AND period IN (SELECT name FROM quarters) GROUP BY region
), shares AS (
    SELECT r.code AS region, p.figure, f.value < p.value / 2 AS lags
    FROM regions r, figures p, figures f
    WHERE r.digits = 6 AND p.figure IN ('T1', 'T3') AND p.region = getvariable('province') AND p.value > 0
      AND f.figure = p.figure AND f.region = r.code
)
SELECT r.code AS region,
    coalesce((SELECT bool_or(lags) FROM shares s WHERE s.region = r.code), false)
    OR (SELECT long_enough FROM told) AND coalesce(g.members, 0) <= 0
       AND coalesce(a.n, 0) - coalesce(b.n, 0) <= 0 AS weak
FROM regions r
LEFT JOIN grown g ON g.region = r.code
LEFT JOIN villages_after a ON a.region = r.code
LEFT JOIN villages_before b ON b.region = r.code
WHERE r.digits = 6;

INSERT INTO figures SELECT 'T11', '', '', region, weak::INT FROM lagging;
INSERT INTO figures
SELECT 'T11', '', '', code, (SELECT count(*) FROM lagging l WHERE l.weak AND l.region LIKE code || '%')
FROM regions WHERE digits < 6;
