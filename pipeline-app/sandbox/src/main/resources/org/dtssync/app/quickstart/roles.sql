-- Both servers: who owns the shop, who works in it, and who moves it. Roles belong to a server, so they are not moved.
-- :password stands for a quoted one that is made anew for every run.
CREATE ROLE shop_owner NOLOGIN;
CREATE ROLE shop_application LOGIN PASSWORD :password;
CREATE ROLE migrator LOGIN SUPERUSER REPLICATION PASSWORD :password;
