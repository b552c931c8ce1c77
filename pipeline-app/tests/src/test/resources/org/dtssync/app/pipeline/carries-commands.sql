-- the key alone moves, as the first command
alter table public.keyed drop constraint keyed_pkey, add primary key (b)

update public.keyed set v = 'by b' where b = 101; update public.keyed set b = 500 where b = 102; delete from public.keyed where b = 103

-- a column among rows
begin; insert into public.goods values (1001, 'before', 1); update public.goods set price = 2 where id = 1; alter table public.goods add note text; insert into public.goods values (1002, 'after', 3, 'new'); update public.goods set note = 'filled' where id <= 10; commit

-- several columns, each with rows between
begin; alter table public.goods add a int default 7; update public.goods set a = 8 where id = 2; alter table public.goods add b date; update public.goods set b = '2024-05-06' where id < 5; alter table public.goods drop a; insert into public.goods (id, name, b) values (1003, 'third', '2024-01-01'); commit

-- renamed column
begin; update public.goods set note = 'x' where id = 3; alter table public.goods rename note to remark; update public.goods set remark = 'y' where id = 4; delete from public.goods where id = 5; commit

-- a default of the moment
alter table public.goods add made timestamptz default now()

update public.goods set made = null where id = 7

-- rows that have other values than those from when their column was added
comment on table public.aged is 'its first rows have had another value'

create index on public.aged (c)

alter table public.aged add made timestamptz default now(); update public.aged set made = '2020-01-01' where id < 10; insert into public.aged values (100, 100, '2021-01-01')

alter table public.aged add d int; update public.aged set made = null where id = 11

alter table public.aged drop d

alter table public.aged add e timestamptz default now(), add f int default 3; comment on column public.aged.f is 'three'

-- a default that differs for each row
begin; insert into public.goods (id, name) values (1010, 'with luck'); alter table public.goods add luck float default random(); update public.goods set luck = 0 where id = 8; insert into public.goods (id, name) values (1011, 'more luck'); commit

-- another type
begin; update public.goods set price = 99 where id = 9; alter table public.goods alter price type text using price || ' EUR'; insert into public.goods (id, name, price) values (1012, 'priced', '12 EUR'); commit

-- another type that stays the same
alter table public.goods alter price type varchar(40)

-- rolled back to a savepoint
begin; alter table public.goods add s1 int; savepoint s; alter table public.goods add s2 int; insert into public.goods (id, name, s2) values (1020, 'lost', 1); rollback to s; alter table public.goods add s3 int; insert into public.goods (id, name, s1, s3) values (1021, 'kept', 1, 3); commit

-- rolled back as a whole
begin; alter table public.goods add never int; insert into public.goods (id, name) values (1022, 'never'); rollback

insert into public.goods (id, name) values (1023, 'after a rollback')

-- a new table with rows
begin; create table public.fresh (id serial primary key, v text); insert into public.fresh (v) select 'v' || i from generate_series(1, 50) i; update public.fresh set v = 'u' where id = 3; commit

insert into public.fresh (v) values ('later')

-- a new table without a key
create table public.bag (v text, n int); insert into public.bag values ('a', 1), ('a', 1), ('b', null)

update public.bag set n = 2 where v = 'b'; delete from public.bag where ctid = (select min(ctid) from public.bag where v = 'a')

-- a table made from a query
begin; create table public.copy as select id, name from public.goods where id < 50; insert into public.copy values (-1, 'own'); commit

update public.copy set name = 'changed' where id = 10

-- selected into a table
select id, remark into public.copy2 from public.goods where id < 20

-- the key moves
begin; alter table public.fresh drop constraint fresh_pkey; update public.fresh set v = 'no key' where id = 1; alter table public.fresh add code text; update public.fresh set code = 'c' || id; alter table public.fresh add primary key (code); update public.fresh set v = 'by code' where code = 'c2'; commit

update public.fresh set code = 'moved' where code = 'c4'

-- a table with another name
begin; insert into public.fresh (v, code) values ('old name', 'o1'); alter table public.fresh rename to renamed; insert into public.renamed (v, code) values ('new name', 'n1'); commit

update public.renamed set v = 'again' where code = 'n1'

-- a table in another schema
begin; insert into public.renamed (v, code) values ('public', 'p1'); alter table public.renamed set schema app; insert into app.renamed (v, code) values ('app', 'a1'); commit

-- dropped and made again
begin; insert into public.copy2 values (77, 'x'); drop table public.copy2; create table public.copy2 (k text primary key); insert into public.copy2 values ('k1'); commit

-- a dropped table
drop table public.copy

-- emptied and filled
begin; truncate public.copy2; alter table public.copy2 add n int; insert into public.copy2 values ('k2', 2); commit

-- an enum gains a value
alter type public.mood add value 'furious' after 'sad'

insert into public.people (id, name, mood) values (100, 'F', 'furious')

-- an enum value has another name
begin; insert into public.people (id, name, mood) values (101, 'S', 'sad'); alter type public.mood rename value 'sad' to 'blue'; insert into public.people (id, name, mood) values (102, 'B', 'blue'); commit

-- a new partition
begin; create table public.log_3 partition of public.log for values in (3); insert into public.log values (3001, 3, 'third'); commit

update public.log set msg = 'changed' where id = 3001

-- a partition is detached and attached
begin; insert into public.log values (2900, 2, 'x'); alter table public.log detach partition public.log_2; insert into public.log_2 values (2901, 2, 'alone'); commit

update public.log_2 set msg = 'still alone' where id = 2901

begin; alter table public.log attach partition public.log_2 for values in (2); update public.log set msg = 'together' where region = 2; commit

-- a partition is dropped
drop table public.log_3

-- a column of a partitioned table
begin; alter table public.log add level int default 1; update public.log set level = 2 where id = 1; alter table public.log add extra text; insert into public.log values (5000, 1, 'm', 3, 'e'); commit

-- a default of the moment in partitions
begin; insert into public.log values (5100, 1, 'm', 3, 'e'); alter table public.log add made timestamptz default now(), add fixed int default 4; insert into public.log values (5101, 2, 'm', 3, 'e', '2020-01-01', 9); commit

update public.log set made = null, fixed = 8 where id < 10; alter table public.log add later text

create index on public.log (made)

-- what inherits
begin; alter table public.parent add p2 int; insert into public.child (id, c, p2) values (10, 'x', 2); insert into public.parent (id, p2) values (11, 3); commit

-- in a function
create function public.evolve(t text, c text) returns void language plpgsql as $$ begin execute format('alter table %s add %I int', t, c); execute format('update %s set %I = 5', t, c); end $$

select public.evolve('public.people', 'five')

do $$ begin for i in 1..3 loop execute 'alter table public.people add d' || i || ' int'; insert into public.people (id, name) values (200 + i, 'loop'); end loop; end $$

-- several in one message
alter table public.people drop d1; update public.people set d2 = 1; alter table public.people drop d2; insert into public.people (id, name, d3) values (210, 'm', 1)

-- views, functions, indexes, triggers, rights
create view public.named as select id, name from public.people; create index on public.people (name); create unique index people_d3 on public.people (d3, id); comment on table public.people is 'who'; grant select on public.people to public; create function public.noop() returns trigger language plpgsql as $$ begin return null; end $$; create trigger after_people after insert on public.people for each row execute function public.noop()

insert into public.people (id, name) values (220, 'with a trigger')

alter view public.named rename to names; drop index public.people_d3; drop trigger after_people on public.people; alter index public.people_name_idx rename to by_name

create index concurrently by_five on public.people (five)

drop index concurrently public.by_five

-- constraints
alter table public.people add constraint named check (name <> ''), add unique (id, name); alter table public.people alter name set not null; alter table public.people add constraint other foreign key (id) references public.people (id)

-- columns that the database fills
alter table public.people add twice int generated always as (id * 2) stored; alter table public.people add ident int generated always as identity; insert into public.people (id, name) values (230, 'filled')

-- a sequence
create sequence public.seq start 5; alter sequence public.seq increment 3; alter sequence public.seq owned by public.people.id; drop sequence public.seq

-- schemas
alter schema aside rename to besides; insert into besides.thing values (9, 'nine')

create schema extra create table inside (id int primary key, v text); insert into extra.inside values (1, 'x')

drop schema extra cascade

-- a table that is not selected
create table outer_space.thing (id int); alter table outer_space.thing add x int; grant select on outer_space.thing to public; revoke all on outer_space.thing from public; alter default privileges in schema outer_space grant select on tables to public; alter default privileges in schema outer_space revoke select on tables from public; drop table outer_space.thing

create table outer_space.thing (id int); grant insert on outer_space.thing to public; grant insert on public.people to public; drop table outer_space.thing

-- the index that was the identity
create table public.chosen (id int primary key, u int not null, v text); create unique index chosen_u on public.chosen (u); alter table public.chosen replica identity using index chosen_u; insert into public.chosen select i, i, 'v' from generate_series(1, 20) i

begin; update public.chosen set v = 'by u' where id = 3; drop index public.chosen_u; update public.chosen set u = 2 where id = 1; update public.chosen set v = 'by id' where id = 2; commit

update public.chosen set u = 2 where id = 4; delete from public.chosen where id = 2

-- renamed to what is not selected, and another one takes its place
create table public.orders (id int primary key, v text); insert into public.orders values (1, 'a')

begin; insert into public.orders values (2, 'b'); alter table public.orders rename to old_orders; create table public.orders (id int primary key, w text); insert into public.orders values (1, 'new'); commit

insert into public.orders values (2, 'newer')

-- a schema whose name is quoted
create schema "My-App"; create table "My-App"."Odd Name" (id int primary key, v text); insert into "My-App"."Odd Name" select i, 'v' from generate_series(1, 20) i

begin; update "My-App"."Odd Name" set v = 'u' where id = 3; alter table "My-App"."Odd Name" add luck float default random(); update "My-App"."Odd Name" set luck = 0 where id = 4; commit

create table "My-App".copied as select id, v from "My-App"."Odd Name"

-- large values are sent with what a command rewrote
begin; insert into public.big select i, repeat(md5(i::text), 3000) from generate_series(1, 5) i; alter table public.big alter id type bigint; update public.big set id = id + 100 where id = 3; commit
