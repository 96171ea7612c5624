-- 300 more people, 20,000 open tasks of one office (:office) for two roles, 1,000,000 finished ones; all invented.
INSERT INTO ab_user (id, first_name, last_name, username, email, active)
SELECT 100000 + n, '花子', '職員' || n, 'bench' || n, 'bench' || n || '@example.invalid', true
FROM generate_series(1, 300) n;

INSERT INTO workflow_case (id, slug, definition_hash, office_id, state, blob, version, started_at)
SELECT
    100000 + n,
    (ARRAY['acquisition', 'loss', 'change', 'reissue'])[n % 4 + 1],
    'bench',
    :office,
    CASE WHEN n <= 20000 THEN 'open' ELSE 'done' END,
    CASE WHEN n <= 20000 THEN decode(repeat(md5(n::text), 64), 'hex') END,
    1,
    now() - n * interval '1 minute'
FROM generate_series(1, 120000) n;

INSERT INTO work_item (
    case_id, task_guid, process_slug, element_id, title_ja, title_en, role, office_id, procedure,
    notification_number, reason, subject_name, subject_key, household_number, postal_code, way, received_on,
    state, assignee_id, excluded_staff, created_at, due_on, done_at, done_by_id
)
SELECT
    100000 + CASE WHEN n <= 20000 THEN n ELSE 20001 + n % 100000 END,
    'bench-' || n,
    'bench',
    (ARRAY['confirm_identity', 'verify'])[n % 2 + 1],
    (ARRAY['本人確認の記録', '照合'])[n % 2 + 1],
    (ARRAY['Identity check', 'Verification'])[n % 2 + 1],
    (ARRAY['counter', 'verifier'])[n % 2 + 1],
    :office,
    (ARRAY['acquisition', 'loss', 'change', 'reissue'])[n / 2 % 4 + 1],
    'R8-' || lpad((n % 1000000)::text, 6, '0'),
    '01',
    (ARRAY['山田', '佐藤', '鈴木', '見本', '架空', '例示', '試験', '高橋'])[n / 2 % 8 + 1] || '　太郎' || n,
    (ARRAY['ヤマタ', 'サトウ', 'ススキ', 'ミホン', 'カクウ', 'レイシ', 'シケン', 'タカハシ'])[n / 2 % 8 + 1]
        || 'タロウ' || n || ' 太郎' || n,
    lpad((n % 190000)::text, 10, '0'),
    lpad((6600000 + n % 60)::text, 7, '0'),
    'counter',
    current_date - n % 40,
    CASE WHEN n <= 20000 THEN 'open' ELSE 'done' END,
    CASE WHEN n % 3 = 0 THEN 100001 + n % 300 END,
    '[]',
    now(),
    current_date - 2 + n % 30,
    CASE WHEN n > 20000 THEN now() END,
    CASE WHEN n > 20000 THEN 100001 + n % 300 END
FROM generate_series(1, 1020000) n;
