-- Changes of invitations, by the hub's own records, and where those whom they are about belonged then.
CREATE TABLE changed AS
SELECT c.id, c.change, c.kind, c.priority, c.day, strftime(c.day, '%Y-%m') AS month, c.issued_on, c.pseudonym, p.who,
    coalesce(n.channel, 'public_welfare') AS channel
FROM told_changes c
JOIN told_changes i ON i.id = c.id AND i.change = 'issued'
LEFT JOIN channels n ON n.rule = i.rule
LEFT JOIN pseudonyms p ON p.pseudonym = c.pseudonym;

-- Where somebody belonged on the day of a change: by what had arrived by then, and the region codes of that day. An
-- erasure of the same day comes after the withdrawal that it leads to.
CREATE TABLE before AS
SELECT m.who, m.day AS on_day, t.* EXCLUDE (who, day)
FROM (SELECT DISTINCT who, day FROM changed) m
JOIN told t ON t.who = m.who AND t.arrived <= m.day AND t.type <> 'subject.erasure.requested.v1'
LEFT JOIN grounded g ON g.who = m.who
WHERE (NOT t.confidential OR (t.spoken AND g.since <= m.day AND t.arrived <= g.until))
  AND NOT EXISTS (
      SELECT 1 FROM erased e JOIN events x ON x.n = e.n
      WHERE e.who = t.who AND x.arrived < m.day AND (t.n < e.n OR t.moment <= e.until));

CREATE TABLE home AS
SELECT who, on_day, arg_max(residence, (moment, seq)) FILTER (residence IS NOT NULL) AS residence
FROM before GROUP BY who, on_day;

CREATE TABLE met_before AS
SELECT who, on_day, arg_min(office, (-(epoch(day)), office)) AS region FROM (
    SELECT who, on_day, office, coalesce(fields ->> 'issued_on', fields ->> 'joined_on', fields ->> 'completed_on',
        fields ->> 'donated_on', fields ->> 'on')::DATE AS day
    FROM before
    WHERE office IS NOT NULL AND type IN ('training.certificate.issued.v1', 'training.course.completed.v1',
        'rescue.member.registered.v1', 'volunteer.registered.v1', 'donation.money.received.v1',
        'project.participant.enrolled.v1')
) WHERE day <= on_day GROUP BY who, on_day;

-- Its county is found in the region codes of the day: ``lived``, filled by the program.
CREATE TABLE whereabouts AS
SELECT h.who, h.on_day, coalesce(h.residence, m.region) AS code FROM home h LEFT JOIN met_before m USING (who, on_day);
CREATE TABLE lived (who TEXT, on_day DATE, county TEXT);
