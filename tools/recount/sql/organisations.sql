-- The directory on the last day: what was announced of each organisation, of one aspect the latest word.
CREATE TABLE announced AS
SELECT fields ->> 'org_id' AS org_id, split_part(type, '.', 2) AS aspect, (fields ->> 'on')::DATE AS day,
    arg_max(fields, (moment, seq)) AS fields
FROM events WHERE verdict = 'taken' AND type LIKE 'org.%' GROUP BY ALL;

CREATE MACRO directory_on(asked) AS TABLE
WITH founded AS (
    SELECT org_id, arg_max(fields, day) AS fields, max(day) AS day FROM announced WHERE aspect = 'established' GROUP BY org_id
), word AS (
    SELECT org_id, day, fields FROM founded
    UNION ALL
    SELECT a.org_id, a.day, a.fields FROM announced a JOIN founded f USING (org_id)
    WHERE a.aspect = 'moved' AND a.day > f.day
), ended AS (
    SELECT org_id, max(day) AS day FROM announced WHERE aspect = 'dissolved' GROUP BY org_id
), last AS (
    SELECT w.org_id,
        arg_max(w.fields ->> 'org_class', w.day) FILTER (w.fields ->> 'org_class' IS NOT NULL) AS org_class,
        arg_max(w.fields ->> 'region', w.day) FILTER (w.fields ->> 'region' IS NOT NULL) AS region,
        any_value(e.day) AS ends
    FROM word w LEFT JOIN ended e USING (org_id) WHERE w.day <= asked GROUP BY w.org_id
)
SELECT last.*, ends IS NULL OR ends > asked AS active,
    coalesce(nullif(codes.current, ''), last.region) AS current
FROM last LEFT JOIN codes ON codes.code = last.region;

CREATE TABLE organisations AS FROM directory_on(getvariable('as_of'));
