-- Forty copies of each real case that waits for somebody, so that many different ones are opened; all invented.
CREATE TEMPORARY TABLE copied ON COMMIT DROP AS
SELECT c.id AS case_id, c.notification_id, n * 10000000 AS more
FROM workflow_case c, generate_series(1, 40) n
WHERE c.id < 100000 AND c.state = 'open' AND c.notification_id IS NOT NULL;

INSERT INTO notification
SELECT (jsonb_populate_record(one, jsonb_build_object('id', one.id + more, 'number', 'B' || one.id + more))).*
FROM copied JOIN notification one ON one.id = copied.notification_id;

INSERT INTO workflow_case
SELECT (jsonb_populate_record(
    one, jsonb_build_object('id', one.id + more, 'notification_id', one.notification_id + more)
)).*
FROM copied JOIN workflow_case one ON one.id = copied.case_id;

INSERT INTO work_item
SELECT (jsonb_populate_record(
    one, jsonb_build_object('id', one.id + more, 'case_id', one.case_id + more, 'task_guid', md5(one.task_guid || more))
)).*
FROM copied JOIN work_item one ON one.case_id = copied.case_id;

INSERT INTO case_event
SELECT (jsonb_populate_record(one, jsonb_build_object('id', one.id + more, 'case_id', one.case_id + more))).*
FROM copied JOIN case_event one ON one.case_id = copied.case_id;

INSERT INTO form_entry
SELECT (jsonb_populate_record(one, jsonb_build_object('id', one.id + more, 'case_id', one.case_id + more))).*
FROM copied JOIN form_entry one ON one.case_id = copied.case_id;

INSERT INTO notification_action
SELECT (jsonb_populate_record(
    one, jsonb_build_object('id', one.id + more, 'notification_id', one.notification_id + more)
)).*
FROM copied JOIN notification_action one ON one.notification_id = copied.notification_id;

INSERT INTO decision_evaluation
SELECT (jsonb_populate_record(one, jsonb_build_object('id', one.id + more, 'case_id', one.case_id + more))).*
FROM copied JOIN decision_evaluation one ON one.case_id = copied.case_id;
