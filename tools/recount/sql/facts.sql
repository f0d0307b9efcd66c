-- From events to what is known of each person on the last day. :as_of is bound as the variable as_of.
-- Whoever is named by an event is its person; whoever was once named beside a source's key is also the
-- person of all events that name the key alone.

CREATE MACRO county_of(asked) AS coalesce((SELECT county FROM codes WHERE code = asked), 'unknown');

CREATE VIEW taken AS SELECT * FROM events WHERE verdict = 'taken' AND system <> 'directory';

CREATE TABLE told AS
SELECT DISTINCT ON (e.n, who) e.*, who
FROM (
    SELECT e.*, e.person AS who FROM taken e WHERE e.person IS NOT NULL
    UNION ALL
    SELECT e.*, b.person AS who
    FROM taken e
    JOIN (SELECT DISTINCT alias, person FROM taken WHERE alias IS NOT NULL AND person IS NOT NULL) b USING (alias)
    WHERE e.person IS NULL
    UNION ALL
    SELECT e.*, e.old_person AS who FROM taken e WHERE e.old_person IS NOT NULL
) e;

-- An erasure takes along whatever was known when it was read, and whatever is told later and is no newer.
CREATE TABLE erased AS
SELECT r.who, r.n, greatest(r.moment, coalesce(max(k.moment), 0)) AS until
FROM (SELECT who, min(n) AS n, min(moment) AS moment FROM told WHERE type = 'subject.erasure.requested.v1' GROUP BY who, moment) r
LEFT JOIN told k ON k.who = r.who AND k.n < r.n AND NOT k.confidential
    AND (k.spoken OR k.type NOT IN (
        'training.certificate.revoked.v1', 'rescue.mission.participated.v1', 'volunteer.hours.accrued.v1',
        'donation.money.refunded.v1', 'party.deceased.v1'))
GROUP BY r.who, r.n, r.moment;

CREATE TABLE kept AS
SELECT t.* FROM told t
WHERE t.type <> 'subject.erasure.requested.v1'
  AND NOT EXISTS (SELECT 1 FROM erased e WHERE e.who = t.who AND (t.n < e.n OR t.moment <= e.until))
  -- A key that was forgotten with its person leads nowhere until it is bound again.
  AND (t.person IS NOT NULL OR EXISTS (
      SELECT 1 FROM told b
      WHERE b.who = t.who AND b.person = t.who AND b.alias = t.alias
        AND NOT EXISTS (SELECT 1 FROM erased e WHERE e.who = b.who AND (b.n < e.n OR b.moment <= e.until))));

-- Under 18 today, as far as the number of the document says.
CREATE MACRO minor(asked) AS coalesce(
    try_strptime(regexp_extract(asked, '^[1-8]\d{5}(\d{8})\d{3}[\dX]$', 1), '%Y%m%d')::DATE
    > getvariable('as_of') - INTERVAL 18 YEAR, false);

-- Of class s the hub tells matching one thing: that a ground holds; and with it what the events said of home. It holds
-- since stem cells were given; of a donor's family after the quiet period, for as long as they are released.
CREATE TABLE grounded AS
WITH family AS (
    SELECT who, arrived, n,
        arg_max(fields ->> 'released', (moment, seq)) OVER so_far = 'true' AS released,
        max(coalesce((fields ->> 'quiet_until')::DATE, occurred + 180)) OVER so_far AS quiet,
        coalesce(lead(arrived) OVER (PARTITION BY who, fields ->> 'donor_ref' ORDER BY n), getvariable('as_of')) AS until
    FROM kept WHERE type = 'organ.family.contactable.v1'
    WINDOW so_far AS (PARTITION BY who, fields ->> 'donor_ref' ORDER BY n)
), found AS (
    SELECT who, greatest(arrived, (fields ->> 'completed_month')::DATE) AS since, getvariable('as_of') AS until
    FROM kept WHERE type = 'hsc.donation.completed.v1'
    UNION ALL
    SELECT who, greatest(arrived, quiet + 1), until FROM family WHERE released AND NOT minor(who)
), alive AS (
    SELECT f.who, f.since, least(f.until, coalesce(d.arrived, f.until)) AS until
    FROM found f LEFT JOIN (SELECT who, min(arrived) AS arrived FROM kept WHERE type = 'party.deceased.v1' GROUP BY who) d
    USING (who)
)
SELECT who, min(since) AS since, max(until) AS until FROM alive WHERE since <= until GROUP BY who;

CREATE TABLE known AS
SELECT * FROM kept WHERE NOT confidential
UNION ALL
SELECT k.* FROM kept k JOIN grounded g USING (who) WHERE k.confidential AND k.spoken AND k.arrived <= g.until;

CREATE TABLE people AS
SELECT who,
    who LIKE 'organisation %' AS is_group,
    min((fields ->> 'deceased_on')::DATE) FILTER (type = 'party.deceased.v1') AS deceased_on,
    arg_max(residence, (moment, seq)) FILTER (residence IS NOT NULL) AS residence
FROM known GROUP BY who;

CREATE TABLE certificates AS
SELECT who, alias,
    arg_max(fields ->> 'cert_kind', (moment, seq)) FILTER (type LIKE '%issued.v1') AS kind,
    arg_max((fields ->> 'issued_on')::DATE, (moment, seq)) FILTER (type LIKE '%issued.v1') AS issued_on,
    arg_max(
        CASE WHEN type LIKE '%renewed.v1' THEN (fields ->> 'new_expires_on')::DATE
        ELSE coalesce((fields ->> 'expires_on')::DATE, ((fields ->> 'issued_on')::DATE + INTERVAL 36 MONTH)::DATE - 1) END,
        (moment, seq)) FILTER (type LIKE '%issued.v1' OR type LIKE '%renewed.v1') AS expires_on,
    arg_max(office, (moment, seq)) FILTER (type LIKE '%issued.v1' AND office IS NOT NULL) AS region,
    bool_or(type LIKE '%revoked.v1') AS revoked
FROM kept WHERE type LIKE 'training.certificate.%' GROUP BY who, alias;

CREATE TABLE rescuers AS
SELECT who, alias,
    arg_max((fields ->> 'joined_on')::DATE, (moment, seq)) FILTER (type LIKE '%registered.v1') AS joined_on,
    arg_max(office, (moment, seq)) FILTER (type LIKE '%registered.v1' AND office IS NOT NULL) AS region,
    arg_max(lower(fields ->> 'grade'), (moment, seq)) FILTER (type LIKE '%graded.v1') AS grade,
    arg_max(type LIKE '%registered.v1', (moment, restrictive, seq)) FILTER (type NOT LIKE '%graded.v1') AS active
FROM kept WHERE type LIKE 'rescue.member.%' GROUP BY who, alias;

CREATE TABLE memberships AS
SELECT who,
    arg_max(split_part(type, '.', 2), (moment, restrictive, seq))
        FILTER (type NOT LIKE '%transferred.v1' AND type NOT LIKE '%corrected.v1') AS status,
    arg_max(lower(fields ->> 'kind'), (moment, seq)) FILTER (fields ->> 'kind' <> '') AS kind
FROM kept
WHERE type IN ('member.admitted.v1', 'member.transferred.v1', 'member.lapsed.v1', 'member.resigned.v1',
    'member.expelled.v1', 'member.corrected.v1')
GROUP BY who;

-- Where somebody without a declared home was met last.
CREATE TABLE met AS
SELECT who, arg_min(region, (-(epoch(day)), region)) AS region FROM (
    SELECT who, issued_on AS day, region FROM certificates
    UNION ALL SELECT who, joined_on, region FROM rescuers
    UNION ALL SELECT who, (fields ->> 'completed_on')::DATE, office FROM kept WHERE type = 'training.course.completed.v1'
    UNION ALL
    SELECT who, arg_max((fields ->> 'on')::DATE, (moment, seq)), arg_max(office, (moment, seq)) FILTER (office IS NOT NULL)
    FROM kept WHERE type = 'volunteer.registered.v1' GROUP BY who, alias
    UNION ALL
    SELECT who, arg_max((fields ->> 'donated_on')::DATE, (moment, seq)), arg_max(office, (moment, seq)) FILTER (office IS NOT NULL)
    FROM kept WHERE type = 'donation.money.received.v1' GROUP BY who, alias
    UNION ALL
    SELECT who, arg_max((fields ->> 'on')::DATE, (moment, seq)), arg_max(office, (moment, seq)) FILTER (office IS NOT NULL)
    FROM kept WHERE type = 'project.participant.enrolled.v1' GROUP BY who, fields ->> 'project_id'
)
WHERE day <= getvariable('as_of') AND region IS NOT NULL GROUP BY who;

CREATE TABLE persons AS
SELECT p.who, p.is_group, p.deceased_on, m.status = 'admitted' AND p.deceased_on IS NULL AS member,
    m.status, m.kind,
    CASE WHEN p.residence IS NOT NULL THEN county_of(p.residence) ELSE county_of(met.region) END AS county
FROM people p LEFT JOIN memberships m USING (who) LEFT JOIN met USING (who);
UPDATE persons SET member = coalesce(member, false);

-- Whose identity a human must look at: a document that was corrected away, a form that contradicts its number, a name with a
-- character lost, somebody else's key, or more than one name, those that a correction accepted being one.
CREATE TABLE reviewed AS
WITH names AS (SELECT DISTINCT who, name FROM known WHERE name IS NOT NULL),
accepted AS (SELECT DISTINCT who, unnest(accepted) AS name FROM known WHERE accepted IS NOT NULL),
counted AS (
    SELECT n.who, count(*) FILTER (a.name IS NULL) + max(CASE WHEN a.name IS NULL THEN 0 ELSE 1 END) AS names
    FROM names n LEFT JOIN accepted a USING (who, name) GROUP BY n.who
)
SELECT who FROM counted WHERE names > 1
UNION SELECT who FROM known WHERE doubtful
UNION SELECT who FROM known WHERE old_person = who
UNION SELECT who FROM kept WHERE person = who AND alias IN (
    SELECT alias FROM kept WHERE person = who AND alias IS NOT NULL GROUP BY alias HAVING count(DISTINCT who) > 1);
