-- What became of invitations; what the steps took, by the days that the events give.
CREATE TABLE changes AS
SELECT c.*, coalesce(l.county, 'unknown') AS county
FROM changed c LEFT JOIN lived l ON l.who = c.who AND l.on_day = c.day;

-- The last one of everybody, as it stands.
CREATE TABLE invitations AS
SELECT p.who, arg_max(t.kind, t.n) AS kind, arg_max(t.priority, t.n) AS priority,
    arg_max(t.status IN ('issued', 'delivered', 'accepted', 'applied'), t.n) AS open
FROM told_changes t JOIN pseudonyms p USING (pseudonym) GROUP BY p.who;

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

-- Since when some rule hit at every decision, until somebody was invited.
CREATE TABLE qualified_since AS
SELECT i.n, any_value(i.pseudonym) AS pseudonym, any_value(i.day) AS day, min(d.day) AS since
FROM decisions i
JOIN decisions d ON d.pseudonym = i.pseudonym AND d.n <= i.n AND d.qualifies
LEFT JOIN (
    SELECT i.n, max(o.n) AS last FROM decisions i
    JOIN decisions o ON o.pseudonym = i.pseudonym AND o.n < i.n AND NOT o.qualifies WHERE i.issues GROUP BY i.n
) gap ON gap.n = i.n
WHERE i.issues AND d.n > coalesce(gap.last, -1) GROUP BY i.n;

CREATE TABLE bounds AS
SELECT unnest([0, 1, 2, 3, 7, 14, 30, 60, 90, 180, 365]) AS bound;

CREATE TABLE steps AS
SELECT step, channel, priority, strftime(until, '%Y-%m') AS month,
    coalesce((SELECT min(bound) FROM bounds WHERE bound >= days)::TEXT, 'inf') AS bucket
FROM (
    SELECT 'qualified_invited' AS step, c.channel, c.priority, q.day AS until, q.day - q.since AS days
    FROM qualified_since q JOIN changes c ON c.pseudonym = q.pseudonym AND c.day = q.day AND c.change = 'issued'
    UNION ALL
    SELECT 'invited_applied', channel, priority, day, day - issued_on FROM applied
    UNION ALL
    SELECT 'invited_admitted', channel, priority, day, day - issued_on FROM admitted
    UNION ALL
    SELECT 'applied_admitted', d.channel, d.priority, d.day, d.day - a.day FROM admitted d JOIN applied a USING (id)
);
