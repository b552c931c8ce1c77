-- Both servers: the owner of the shop, its application, and the migrator. Roles belong to a server, so they are not migrated.
-- :password stands for a quoted one that is generated for every run.
CREATE ROLE shop_owner NOLOGIN;
CREATE ROLE shop_application LOGIN PASSWORD :password;
CREATE ROLE migrator LOGIN SUPERUSER REPLICATION PASSWORD :password;
