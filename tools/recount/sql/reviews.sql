-- Since when each review that is open has been: the state of every day on which something was said decides.
CREATE TABLE said AS
SELECT k.who, CASE WHEN k.confidential THEN greatest(k.arrived, g.since) ELSE k.arrived END AS day, k.name, k.accepted,
    coalesce(k.doubtful, false) OR coalesce(k.old_person = k.who, false) AS odd
FROM known k LEFT JOIN grounded g USING (who) WHERE k.who IN (SELECT who FROM reviewed);

-- A key of two people puts both in doubt as soon as it has the second one.
INSERT INTO said
WITH bound AS (
    SELECT alias, who, min(arrived) AS day FROM kept WHERE person = who AND alias IS NOT NULL GROUP BY alias, who
), second AS (SELECT alias, list_sort(list(day))[2] AS day FROM bound GROUP BY alias HAVING count(*) > 1)
SELECT b.who, greatest(b.day, s.day), NULL, NULL, true FROM bound b JOIN second s USING (alias);

CREATE TABLE reviews AS
WITH told_by AS (
    SELECT d.who, d.day, bool_or(s.odd) AS odd,
        list_distinct(coalesce(list(s.name) FILTER (s.name IS NOT NULL), [])) AS names,
        flatten(coalesce(list(s.accepted) FILTER (s.accepted IS NOT NULL), [])) AS accepted
    FROM (SELECT DISTINCT who, day FROM said) d JOIN said s ON s.who = d.who AND s.day <= d.day GROUP BY d.who, d.day
), flagged AS (
    SELECT who, day, odd OR len(list_filter(names, lambda x: NOT list_contains(accepted, x)))
        + list_has_any(names, accepted)::INT > 1 AS open FROM told_by
)
SELECT f.who, min(f.day) AS since
FROM flagged f LEFT JOIN (SELECT who, max(day) AS day FROM flagged WHERE NOT open GROUP BY who) c USING (who)
WHERE f.day > coalesce(c.day, f.day - 1) GROUP BY f.who;

-- What a correction has decided: a document was corrected away, or several names are one person's.
CREATE TABLE decided AS
SELECT DISTINCT who, 'refuted' AS verdict FROM known WHERE old_person = who
UNION ALL
SELECT n.who, 'confirmed' FROM (SELECT who FROM known WHERE name IS NOT NULL GROUP BY who HAVING count(DISTINCT name) > 1) n
WHERE n.who IN (SELECT who FROM known WHERE accepted IS NOT NULL) AND n.who NOT IN (SELECT who FROM reviewed);
