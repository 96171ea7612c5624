-- The database of the portal, run by PostgreSQL's administrator; again at any time:
--   psql -v ON_ERROR_STOP=1 -f deploy/postgresql/database.sql
-- Text is compared byte by byte; nobody but the portal's roles connects.
\set QUIET on
\if :{?owner} \else \set owner portal_owner \endif
\if :{?application} \else \set application portal \endif
\if :{?backup} \else \set backup portal_backup \endif
\if :{?database} \else \set database portal \endif

SELECT format('CREATE DATABASE %I OWNER %I ENCODING ''UTF8'' LOCALE ''C.UTF-8'' TEMPLATE template0', :'database', :'owner')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO :"application", :"backup";
\connect :database
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
ALTER SCHEMA public OWNER TO :"owner";
GRANT USAGE ON SCHEMA public TO :"application", :"backup";
