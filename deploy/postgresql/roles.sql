-- The roles of the portal, run by PostgreSQL's administrator in the database `postgres`; again at any time:
--   psql -v ON_ERROR_STOP=1 -f deploy/postgresql/roles.sql
-- Names may be changed: psql -v owner=… -v application=… -v backup=… Passwords are set apart (\password).
\set QUIET on
\if :{?owner} \else \set owner portal_owner \endif
\if :{?application} \else \set application portal \endif
\if :{?backup} \else \set backup portal_backup \endif
\if :{?vault} \else \set vault kokuho_vault \endif

-- Owns the tables, changes them at an upgrade, and is used for that only (MIGRATION_URL).
SELECT format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE INHERIT', :'owner')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'owner') \gexec
-- Owns the vault of Individual Numbers; nobody signs in as it (PORTAL_VAULT_ROLE). `flask setup` hands it over.
SELECT format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT', :'vault')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'vault') \gexec
GRANT :"vault" TO :"owner";
-- The web server and the worker (DATABASE_URL). `flask setup` grants what it needs, table by table.
SELECT format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT', :'application')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'application') \gexec
-- Backups (PORTAL_BACKUP_URL): reads everything, changes nothing.
SELECT format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE INHERIT', :'backup')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'backup') \gexec
GRANT pg_read_all_data TO :"backup";

ALTER ROLE :"application" SET statement_timeout = '120s';
ALTER ROLE :"application" SET idle_in_transaction_session_timeout = '60s';
ALTER ROLE :"application" SET lock_timeout = '30s';
ALTER ROLE :"application" CONNECTION LIMIT 100;
ALTER ROLE :"backup" SET default_transaction_read_only = on;
ALTER ROLE :"backup" CONNECTION LIMIT 5;
