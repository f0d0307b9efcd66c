-- What became of invitations, by the hub's own records; what the steps took, by the days that the events give.
CREATE TABLE changes AS
SELECT c.id, c.change, c.kind, c.priority, c.day, strftime(c.day, '%Y-%m') AS month, c.issued_on, p.who,
    coalesce(n.channel, 'public_welfare') AS channel
FROM told_changes c
JOIN told_changes i ON i.id = c.id AND i.change = 'issued'
LEFT JOIN channels n ON n.rule = i.rule
LEFT JOIN pseudonyms p ON p.pseudonym = c.pseudonym;

CREATE TABLE invited AS SELECT DISTINCT who, day AS arrived FROM changes WHERE who IS NOT NULL;

CREATE TABLE applied AS
SELECT c.id, any_value(c.priority) AS priority, any_value(c.channel) AS channel, any_value(c.issued_on) AS issued_on,
    arg_max((t.fields ->> 'on')::DATE, (t.moment, t.seq)) AS day
FROM changes c JOIN told t ON t.who = c.who AND t.type = 'member.application.submitted.v1' AND t.arrived <= c.day
WHERE c.change = 'applied' GROUP BY c.id;

CREATE TABLE admitted AS
SELECT c.id, any_value(c.priority) AS priority, any_value(c.channel) AS channel, any_value(c.issued_on) AS issued_on,
    arg_max((t.fields ->> 'on')::DATE, (t.moment, t.seq)) AS day
FROM changes c JOIN told t ON t.who = c.who AND t.type = 'member.admitted.v1' AND t.arrived <= c.day
WHERE c.change = 'admitted' GROUP BY c.id;

CREATE TABLE bounds AS
SELECT unnest([0, 1, 2, 3, 7, 14, 30, 60, 90, 180, 365]) AS bound;

CREATE TABLE steps AS
SELECT step, channel, priority, strftime(until, '%Y-%m') AS month,
    coalesce((SELECT min(bound) FROM bounds WHERE bound >= days)::TEXT, 'inf') AS bucket
FROM (
    SELECT 'invited_applied' AS step, channel, priority, day AS until, day - issued_on AS days FROM applied
    UNION ALL
    SELECT 'invited_admitted', channel, priority, day, day - issued_on FROM admitted
    UNION ALL
    SELECT 'applied_admitted', d.channel, d.priority, d.day, d.day - a.day FROM admitted d JOIN applied a USING (id)
);
