-- On whom which rule of the packaged book hits on the last day, by its public id; docs/matching.md, "Eligibility".
CREATE MACRO within(day, months) AS
    day <= getvariable('as_of') AND getvariable('as_of') <= (day + to_months(months))::DATE;

CREATE TABLE gifts AS
SELECT who, who LIKE 'organisation %' AS of_group,
    arg_max((fields ->> 'donated_on')::DATE, (moment, seq)) FILTER (type LIKE '%received.v1') AS day,
    bool_or(type LIKE '%refunded.v1') AS refunded
FROM kept WHERE type LIKE 'donation.money.%' GROUP BY who, alias;

CREATE TABLE volunteers AS
SELECT who,
    arg_max(type LIKE '%registered.v1', (moment, restrictive, seq)) FILTER (type NOT LIKE '%accrued.v1') AS active,
    arg_max(lower(fields ->> 'level'), (moment, seq)) FILTER (type LIKE '%registered.v1') AS level,
    max((fields ->> 'on')::DATE) FILTER (type LIKE '%accrued.v1') AS served_on,
    max((fields ->> 'star')::INT) FILTER (type LIKE '%accrued.v1') AS star
FROM kept WHERE type LIKE 'volunteer.%' GROUP BY who, alias;

CREATE TABLE named_hits AS
SELECT who, 'R01' AS rule FROM certificates
WHERE kind = 'first_aider' AND NOT revoked AND getvariable('as_of') BETWEEN issued_on AND expires_on
UNION
SELECT who, 'R14' FROM certificates
WHERE kind = 'trainer' AND NOT revoked AND getvariable('as_of') BETWEEN issued_on AND expires_on
UNION
SELECT who, 'R02' FROM rescuers WHERE active AND grade = 'backbone'
UNION
SELECT who, 'R04' FROM rescuers WHERE active
UNION
SELECT who, 'R03' FROM kept WHERE type = 'training.course.completed.v1' AND within((fields ->> 'completed_on')::DATE, 12)
UNION
SELECT who, 'R03' FROM certificates WHERE kind = 'cpr_aed' AND NOT revoked AND within(issued_on, 12)
UNION
SELECT who, 'R03' FROM certificates
WHERE kind = 'first_aider' AND NOT revoked AND expires_on < getvariable('as_of') AND within(expires_on, 12)
UNION
SELECT who, 'R08' FROM gifts WHERE of_group AND NOT refunded AND within(day, 24)
UNION
SELECT who, 'R11' FROM kept
WHERE type = 'project.participant.enrolled.v1' AND lower(fields ->> 'role') = 'helper' AND within((fields ->> 'on')::DATE, 12)
UNION
SELECT who, 'R12' FROM (
    SELECT who, max((fields ->> 'to_on')::DATE) AS day FROM kept
    WHERE type = 'rescue.mission.participated.v1' GROUP BY who, alias, fields ->> 'mission_id')
WHERE within(day, 12)
UNION
SELECT who, 'G00' FROM gifts WHERE NOT of_group AND NOT refunded AND within(day, 24)
UNION
SELECT who, 'G00' FROM volunteers WHERE active AND level = 'registered' AND within(served_on, 12);

-- The ground that is not named counts beside another one only where the consent covers class s.
CREATE TABLE holding AS
SELECT DISTINCT f.who FROM (
    SELECT who FROM kept
    WHERE type = 'hsc.donation.completed.v1' AND (fields ->> 'completed_month')::DATE <= getvariable('as_of')
    UNION
    SELECT who FROM (
        SELECT who, arg_max(fields ->> 'released', (moment, seq)) = 'true' AS released,
            max(coalesce((fields ->> 'quiet_until')::DATE, occurred + 180)) AS quiet
        FROM kept WHERE type = 'organ.family.contactable.v1' GROUP BY who, fields ->> 'donor_ref')
    WHERE released AND quiet < getvariable('as_of') AND NOT minor(who)
) f JOIN persons p USING (who) WHERE p.deceased_on IS NULL;

CREATE TABLE hits AS
SELECT DISTINCT who, rule FROM named_hits
UNION
SELECT h.who, 'G00' FROM holding h
WHERE NOT EXISTS (SELECT 1 FROM named_hits n WHERE n.who = h.who)
   OR (SELECT arg_max(covers_s, (moment, seq)) FROM known k WHERE k.who = h.who AND covers_s IS NOT NULL);
