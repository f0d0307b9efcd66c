-- Each counter by its labels, at the finest region: figure, labels, period, county.
CREATE TABLE counters (figure TEXT, labels TEXT, period TEXT, county TEXT, value BIGINT);

INSERT INTO counters
SELECT if(is_group, 'groups', 'persons'), '', '', county, count(*) FROM persons GROUP BY ALL;

INSERT INTO counters
SELECT 'members', 'kind=' || kind, '', county, count(*) FROM persons WHERE member GROUP BY ALL;

INSERT INTO counters
SELECT 'certificates_valid', 'kind=' || c.kind, '', p.county, count(*)
FROM certificates c JOIN persons p USING (who)
WHERE NOT c.revoked AND getvariable('as_of') BETWEEN c.issued_on AND c.expires_on GROUP BY ALL;

CREATE TABLE moves AS
SELECT DISTINCT who, alias, split_part(type, '.', 2) AS move, (fields ->> 'on')::DATE AS day,
    fields ->> 'from_organisation' AS left_org, fields ->> 'to_organisation' AS joined_org,
    lower(fields ->> 'channel') AS channel
FROM kept
WHERE type IN ('member.admitted.v1', 'member.transferred.v1', 'member.lapsed.v1', 'member.resigned.v1', 'member.expelled.v1');

INSERT INTO counters
SELECT 'members_moved', 'move=' || move, strftime(day, '%Y-%m'), county, count(*) FROM (
    SELECT m.move, m.day, p.county FROM moves m JOIN persons p USING (who) WHERE move <> 'transferred'
    UNION ALL
    SELECT 'transferred_out', m.day, coalesce(county_of(o.current), 'unknown')
    FROM moves m LEFT JOIN organisations o ON o.org_id = m.left_org WHERE move = 'transferred'
    UNION ALL
    SELECT 'transferred_in', m.day, coalesce(county_of(o.current), 'unknown')
    FROM moves m LEFT JOIN organisations o ON o.org_id = m.joined_org WHERE move = 'transferred'
    UNION ALL
    SELECT 'deceased', deceased_on, county FROM persons WHERE status = 'admitted' AND deceased_on IS NOT NULL
) GROUP BY ALL;

INSERT INTO counters
SELECT 'members_admitted',
    'channel=' || CASE WHEN coalesce(channel, '') = '' THEN 'unknown'
        WHEN channel IN ('training', 'rescue', 'council', 'project', 'online') THEN channel
        WHEN channel IN ('blood', 'hsc', 'stem_cell', 'organ', 'organ_family', 'donor', 'donation', 'volunteer',
            'public_welfare') THEN 'public_welfare' ELSE 'other' END,
    strftime(day, '%Y-%m'), p.county, count(*)
FROM moves m JOIN persons p USING (who) WHERE move = 'admitted' GROUP BY ALL;

INSERT INTO counters
SELECT 'candidates', 'council=' || council || '|member=' || if(p.member, 'yes', 'no'), session, NULL, count(*)
FROM (
    SELECT who, fields ->> 'council_org' AS council, fields ->> 'term' AS term,
        arg_max(type LIKE '%nominated.v1', (moment, restrictive, seq)) AS nominated,
        arg_max(fields ->> 'session_on', (moment, seq)) FILTER (type LIKE '%nominated.v1') AS session
    FROM kept WHERE type LIKE 'council.%' GROUP BY ALL
) c JOIN persons p USING (who)
WHERE nominated GROUP BY ALL;

INSERT INTO counters
SELECT 'flow.received', 'system=' || system || '|type=' || type, strftime(day, '%Y-%m-%d'), NULL, count(*)
FROM events GROUP BY ALL;

INSERT INTO counters
SELECT 'flow.rejected', 'code=' || code || '|system=' || system, '', NULL, count(*) FROM letters GROUP BY ALL;

INSERT INTO counters
SELECT 'priority_reach', 'ground=' || ground || '|invited=' || if(i.who IS NULL, 'no', 'yes'), '', p.county, count(*)
FROM (
    SELECT DISTINCT who, 'first_aider' AS ground FROM certificates
    WHERE kind = 'first_aider' AND NOT revoked AND getvariable('as_of') BETWEEN issued_on AND expires_on
    UNION ALL
    SELECT DISTINCT who, 'backbone' FROM rescuers WHERE active AND grade = 'backbone'
) g
JOIN persons p USING (who)
LEFT JOIN (
    SELECT DISTINCT i.who FROM invited i
    WHERE NOT EXISTS (SELECT 1 FROM erased e WHERE e.who = i.who AND i.arrived <= (SELECT arrived FROM events WHERE n = e.n))
) i USING (who)
WHERE NOT p.member AND p.deceased_on IS NULL AND NOT p.is_group AND getvariable('pseudonyms')
GROUP BY ALL;

INSERT INTO counters
SELECT 'flow.invitations', 'change=' || change || '|channel=' || channel || '|kind=' || kind || '|priority=' || priority,
    month, county, count(*)
FROM changes WHERE getvariable('pseudonyms') GROUP BY ALL;

INSERT INTO counters
SELECT 'flow.days', 'bucket=' || bucket || '|channel=' || channel || '|priority=' || priority || '|step=' || step, month,
    NULL, count(*)
FROM steps GROUP BY ALL;

INSERT INTO counters
SELECT 'under_review', '', '', county, count(*) FROM persons JOIN reviewed USING (who) GROUP BY ALL;

INSERT INTO counters
SELECT 'qualified', 'rule=' || rule, '', county, count(*) FROM hits JOIN persons USING (who) GROUP BY ALL;

INSERT INTO counters
SELECT 'reviews_open', '', strftime(since, '%Y-%m-%d'), NULL, count(*) FROM reviews JOIN persons USING (who) GROUP BY ALL;

INSERT INTO counters
SELECT 'identities_decided', 'verdict=' || verdict, '', county, count(*) FROM decided JOIN persons USING (who) GROUP BY ALL;

INSERT INTO counters
SELECT 'invitations_open', 'kind=' || o.kind || '|priority=' || o.priority, '', county, count(*)
FROM invitations o JOIN persons USING (who) WHERE o.open GROUP BY ALL;

-- Who qualifies, has no open invitation, and why: by the hub's last word on them.
INSERT INTO counters
SELECT 'held', 'code=' || code, '', county, count(*) FROM (
    SELECT pseudonym, arg_max(code, n) AS code, arg_max(qualifies, n) AS qualifies FROM decisions GROUP BY pseudonym
) d JOIN pseudonyms USING (pseudonym) JOIN persons USING (who) LEFT JOIN invitations o USING (who)
WHERE qualifies AND code <> '' AND NOT coalesce(o.open, false) GROUP BY ALL;
