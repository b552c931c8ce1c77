-- tables in a circle, with rows before, between and after
create table ring_a (id int primary key, a text); create table ring_b (id int primary key, b int); create table ring_c (id int, c date); insert into ring_a select i, 'a' || i from generate_series(1, 20) i; insert into ring_b select i, i from generate_series(1, 20) i; insert into ring_c select i, '2024-01-01' from generate_series(1, 20) i

begin; update ring_a set a = 'before' where id = 1; update ring_b set b = -1 where id = 2; alter table ring_a rename to ring_tmp; insert into ring_tmp values (101, 'on the way'); alter table ring_b rename to ring_a; insert into ring_a values (102, 102); alter table ring_c rename to ring_b; delete from ring_b where id = 3; alter table ring_tmp rename to ring_c; insert into ring_c values (103, 'arrived'); update ring_a set b = b + 1; update ring_b set c = null where id = 4; commit

insert into ring_a values (104, 4); insert into ring_b values (104, null), (104, null); insert into ring_c values (104, 'four')

-- the same circle twice in one transaction, and once backward with every command by itself
begin; alter table ring_a rename to t; alter table ring_b rename to ring_a; alter table ring_c rename to ring_b; alter table t rename to ring_c; insert into ring_b values (201, 'x'); alter table ring_a rename to t; alter table ring_b rename to ring_a; alter table ring_c rename to ring_b; alter table t rename to ring_c; insert into ring_a values (202, 'y'); update ring_b set b = 0 where id = 5; delete from ring_c where id = 6; commit

alter table ring_a rename to t

insert into t values (203, 'z')

alter table ring_c rename to ring_a

update ring_a set c = '2025-05-05' where id = 7

alter table ring_b rename to ring_c

delete from ring_c where id = 8

alter table t rename to ring_b

insert into ring_b values (204, 'back'); update ring_a set c = '2025-06-06' where id = 8

-- there and back within one transaction
begin; insert into ring_b values (301, '1'); alter table ring_b rename to elsewhere; insert into elsewhere values (302, '2'); alter table elsewhere rename to ring_b; update ring_b set a = '3' where id in (301, 302); commit

-- another table under the earlier name, again and again, in one transaction
create table shift (id int primary key, v text); insert into shift select i, 'first' from generate_series(1, 10) i

begin; update shift set v = 'last of the first' where id = 1; alter table shift rename to shift_1; create table shift (id bigint primary key, w int); insert into shift select i, i from generate_series(1, 10) i; update shift_1 set v = 'aside' where id = 2; alter table shift rename to shift_2; create table shift (w text, id int, v date, primary key (v, id)); insert into shift values ('third', 1, '2024-01-01'); update shift_2 set w = 22 where id = 2; update shift_1 set v = 'still' where id = 3; delete from shift_1 where id = 4; commit

begin; insert into shift values ('third', 2, '2024-01-02'); drop table shift_1; alter table shift_2 rename to shift_1; alter table shift rename to shift_2; create table shift (id int, sole text); insert into shift values (1, 'no key'), (1, 'no key'); update shift_1 set w = 33 where id = 3; update shift_2 set w = 'moved' where id = 1; commit

update shift set sole = 'changed' where ctid = (select min(ctid) from shift); update shift_1 set w = 44 where id = 4; update shift_2 set id = 9 where id = 2

-- dropped and made again under names that others had
begin; insert into shift_1 values (901, 1); drop table shift_1; alter table shift_2 rename to shift_1; insert into shift_1 values ('was two', 5, '2024-05-05'); drop table shift_1; create table shift_1 (id int primary key, z json); insert into shift_1 values (1, '{}'); alter table shift_1 rename to shift_2; insert into shift_2 values (2, '[]'); create table shift_1 (like shift_2 including all); insert into shift_1 select * from shift_2; commit

insert into shift_1 values (3, '3'); delete from shift_2 where id = 1

-- tables change places between schemas
create table placed (id int constraint placed_here primary key, home text); create table arch.placed (id int constraint placed_there primary key, away int); insert into placed select i, 'h' from generate_series(1, 9) i; insert into arch.placed select i, i from generate_series(1, 9) i

begin; alter table placed rename to placed_moving; alter table placed_moving set schema arch; insert into arch.placed_moving values (101, 'moving'); alter table arch.placed set schema public; insert into placed values (102, 2); alter table arch.placed_moving rename to placed; update arch.placed set home = 'there' where id = 1; update placed set away = 11 where id = 1; commit

alter table placed rename to placed_2

begin; alter table arch.placed set schema public; insert into placed values (103, 'home again'); alter table placed_2 set schema arch; alter table arch.placed_2 rename to placed; insert into arch.placed values (103, 3); commit

-- everything about a table gets another name at once
create table allnames (id serial primary key, first text not null, second text, constraint allnames_second_key unique (second), constraint allnames_check check (first <> '')); create index allnames_first on allnames (first); insert into allnames (first, second) select 'f' || i, 's' || i from generate_series(1, 15) i

begin; insert into allnames (first, second) values ('old', 'names'); alter table allnames rename to newnames; alter table newnames rename id to number; alter table newnames rename first to tmp; alter table newnames rename second to first; alter table newnames rename tmp to second; alter table newnames rename constraint allnames_second_key to tmp; alter table newnames rename constraint allnames_check to allnames_second_key; alter table newnames rename constraint tmp to allnames_check; alter index allnames_pkey rename to newnames_pkey; alter index allnames_first rename to allnames_pkey; alter sequence allnames_id_seq rename to newnames_number_seq; insert into newnames (first, second) values ('new', 'names'); update newnames set second = 'swapped' where number = 1; commit

insert into newnames (second, first) values ('later', 'too'); update newnames set first = second || number where number < 5

-- the key's columns change names with each other
create table crossed (a int, b int, v text, primary key (a)); insert into crossed select i, 100 + i, 'v' from generate_series(1, 12) i

begin; update crossed set v = 'by a' where a = 1; alter table crossed rename a to x; alter table crossed rename b to a; alter table crossed rename x to b; update crossed set v = 'by b' where b = 2; update crossed set b = 50 where b = 3; insert into crossed (a, b, v) values (1, 1000, 'new'); commit

begin; alter table crossed drop constraint crossed_pkey, add primary key (a); alter table crossed rename a to x; alter table crossed rename b to a; alter table crossed rename x to b; update crossed set a = -a; delete from crossed where b = 104; commit

-- a column dropped, another takes its name, then a new one takes that one's
begin; alter table crossed drop v; alter table crossed rename a to v; alter table crossed add a text default 'fresh'; update crossed set v = 7, a = 'seven' where b = 105; insert into crossed (b, v) values (2000, 2); commit

-- indexes and constraints of two tables change names with each other
create table owner_a (id int primary key, x int unique); create table owner_b (id int primary key, x int unique); insert into owner_a values (1, 1); insert into owner_b values (1, 1)

begin; alter index owner_a_pkey rename to tmp_pkey; alter index owner_b_pkey rename to owner_a_pkey; alter index tmp_pkey rename to owner_b_pkey; alter table owner_a rename constraint owner_a_x_key to tmp_x; alter table owner_b rename constraint owner_b_x_key to owner_a_x_key; alter table owner_a rename constraint tmp_x to owner_b_x_key; insert into owner_a values (2, 2); insert into owner_b values (2, 2); alter table owner_a rename to tmp; alter table owner_b rename to owner_a; alter table tmp rename to owner_b; update owner_a set x = 22 where id = 2; update owner_b set id = 3 where id = 2; commit

-- types change names with each other, and a new one takes an earlier name
create type hue as enum ('red', 'blue'); create type tone as enum ('high', 'low'); create table toned (id int primary key, h hue, t tone, hs hue[]); insert into toned select i, 'red', 'low', array['red', 'blue']::hue[] from generate_series(1, 8) i

begin; insert into toned values (101, 'blue', 'high', '{}'); alter type hue rename to tmp; alter type tone rename to hue; alter type tmp rename to tone; insert into toned values (102, 'red', 'low', '{red}'); alter table toned add u hue default 'high'; update toned set u = 'low' where id < 4; commit

begin; alter type hue rename to hue_old; create type hue as enum ('x', 'low'); alter table toned add n hue default 'x'; insert into toned values (103, 'blue', 'high', null, 'high', 'low'); alter type tone rename value 'red' to 'blue2'; update toned set h = 'blue2', hs = '{blue2}' where id = 5; commit

begin; alter table toned rename h to tmp; alter table toned rename t to h; alter table toned rename tmp to t; update toned set h = 'low', t = 'blue' where id = 6; alter type hue_old set schema arch; alter type tone set schema arch; insert into toned (id, h, t) values (104, 'high', 'blue2'); commit

-- domains and composites too
create domain few as int check (value < 10); create domain many_d as int check (value > 100); create type duo as (l int, r text); create table named_ranges (id int primary key, f few, m many_d, d duo); insert into named_ranges values (1, 1, 101, row(1, 'r'))

begin; alter domain few rename to tmp; alter domain many_d rename to few; alter domain tmp rename to many_d; insert into named_ranges values (2, 2, 102, row(2, 's')); alter type duo rename attribute l to tmp; alter type duo rename attribute r to l; alter type duo rename attribute tmp to r; update named_ranges set d.l = 'left', d.r = 5 where id = 1; alter type duo rename to pair_of; alter table named_ranges add f2 few default 1000; insert into named_ranges values (3, 3, 103, row(3, 't'), 2000); commit

-- partitions change names with each other and with their root
create table seg (id int, k int, v text, primary key (id, k)) partition by list (k); create table seg_1 partition of seg for values in (1); create table seg_2 partition of seg for values in (2) partition by range (id); create table seg_2_low partition of seg_2 for values from (0) to (100); create table seg_2_high partition of seg_2 for values from (100) to (1000); insert into seg select i, 1 + i % 2, 'v' from generate_series(1, 60) i

begin; update seg set v = 'w' where id = 1; alter table seg_1 rename to tmp; alter table seg_2_low rename to seg_1; alter table tmp rename to seg_2_low; insert into seg values (61, 1, 'one'), (62, 2, 'two'); update seg_1 set v = 'low' where id = 2; update seg_2_low set v = 'one' where id = 3; commit

begin; alter table seg rename to seg_root; alter table seg_1 rename to seg; insert into seg values (64, 2, 'is a partition'); insert into seg_root values (65, 2, 'is the root'), (165, 2, 'high'); alter table seg_2 rename to seg_middle; update seg_root set k = 1 where id = 4; update seg_root set id = 200 where id = 6; commit

begin; alter table seg rename to tmp; alter table seg_root rename to seg; alter table seg_middle detach partition tmp; alter table tmp rename to seg_root; insert into seg_root values (66, 2, 'alone'); create table seg_1 partition of seg_middle for values from (0) to (50); insert into seg values (7, 2, 'new part'); update seg_root set v = 'no part' where id = 8; commit

insert into seg values (9, 2, 'part'); delete from seg_root where id = 10; update seg set v = 'all'

-- a partitioned table and a plain one change names
begin; alter table seg rename to tmp; alter table seg_root rename to seg; alter table tmp rename to seg_root; insert into seg values (70, 2, 'plain'); insert into seg_root values (71, 1, 'parted'); update seg_root set v = 'root' where id < 20; delete from seg where id = 12; commit

-- a view takes the name of its table, and the other way round
create table behind (id int primary key, v text); insert into behind select i, 'b' from generate_series(1, 9) i

begin; alter table behind rename to behind_table; create view behind as select id, v from behind_table; insert into behind values (101, 'through the view'); update behind set v = 'c' where id = 1; commit

begin; insert into behind values (102, 'view'); alter view behind rename to behind_view; alter table behind_table rename to behind; insert into behind_view values (103, 'view'); insert into behind values (104, 'table'); commit

begin; drop view behind_view; create table behind_view (id int primary key, other int); insert into behind_view values (1, 1); commit

-- a schema's tables move, and the schemas change names
create schema side_a; create schema side_b; create table side_a.same (id int primary key, a text); create table side_b.same (id int primary key, b int); create type side_a.kind as enum ('k', 'l'); alter table side_a.same add k side_a.kind; insert into side_a.same values (1, 'a', 'k'); insert into side_b.same values (1, 1)

since 16: begin; insert into side_a.same values (2, 'a', 'l'); alter schema side_a rename to side_tmp; insert into side_tmp.same values (3, 'moving', 'k'); alter schema side_b rename to side_a; insert into side_a.same values (3, 3); alter schema side_tmp rename to side_b; update side_b.same set a = 'arrived', k = 'l'; update side_a.same set b = b + 1; create table side_a.third (id int primary key); insert into side_a.third values (1); alter table side_a.third set schema side_b; insert into side_b.third values (2); commit

since 16: begin; alter schema side_a rename to side_old; create schema side_a; create table side_a.same (id int primary key, fresh bool); insert into side_a.same values (1, true); insert into side_old.same values (9, 9); alter table side_old.same rename to last_one; alter index side_old.same_pkey rename to last_key; alter table side_old.last_one set schema side_b; commit

since 16: drop schema side_old cascade; update side_a.same set fresh = false; insert into side_b.third values (5)

-- names at their limits
create table "Ünïcode tàble; 'quoted' ""twice"" -- and dots.in.it" (id int primary key, v text); insert into "Ünïcode tàble; 'quoted' ""twice"" -- and dots.in.it" values (1, 'a')

begin; alter table "Ünïcode tàble; 'quoted' ""twice"" -- and dots.in.it" rename to abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk; insert into abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk values (2, 'b'); create table abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghij (id int primary key); insert into abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghij values (3); alter table abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk rename v to "Vé; --"; update abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk set "Vé; --" = 'c'; alter table abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghij rename to "Select"; insert into "Select" values (4); commit

begin; alter table "Select" rename to "select"; create table "Select" (id int primary key, upper text); insert into "Select" values (1, 'U'); insert into "select" values (5); commit

-- taken back to a savepoint, and done otherwise
create table tried (id int primary key, v text); create table tried_b (id int primary key, w int); insert into tried values (1, 'one'); insert into tried_b values (1, 1)

begin; insert into tried values (2, 'two'); savepoint s; alter table tried rename to lost; alter table tried_b rename to tried; insert into tried values (3, 3); rollback to s; insert into tried values (4, 'four'); alter table tried_b rename to tried_c; savepoint s; alter table tried rename to tried_b; insert into tried_b values (5, 'five'); release s; insert into tried_c values (6, 6); commit

begin; alter table tried_b rename to nowhere; create table tried_b (id int primary key, never bool); insert into tried_b values (1, true); rollback

insert into tried_b values (7, 'seven')

-- in a loop of a block
do $$ declare i int; begin for i in 1..5 loop execute format('alter table %I rename to %I', case when i = 1 then 'tried_c' else 'looped_' || (i - 1) end, 'looped_' || i); execute format('insert into %I values (%s, %s)', 'looped_' || i, 100 + i, i); execute format('create table %I (id int primary key, at int default %s)', case when i = 1 then 'tried_c' else 'looped_' || (i - 1) end, i); execute format('insert into %I (id) values (1)', case when i = 1 then 'tried_c' else 'looped_' || (i - 1) end); end loop; end $$

update looped_5 set w = 0; update looped_4 set at = 0; insert into tried_c values (2, 2)

-- long values that no update sends, across names
create table heavy (id int primary key, pad text, n int); alter table heavy alter pad set storage external; insert into heavy select i, repeat('p', 5000) || i, i from generate_series(1, 6) i; create table light (id int primary key, n int, pad text); alter table light alter pad set storage external; insert into light select i, i, repeat('q', 5000) || i from generate_series(1, 6) i

begin; update heavy set n = -1 where id = 1; alter table heavy rename to tmp; update tmp set n = -2 where id = 2; alter table light rename to heavy; update heavy set n = -3 where id = 3; alter table tmp rename to light; update light set n = -4, id = 40 where id = 4; alter table light rename pad to n2; alter table light rename n to pad; alter table light rename n2 to n; update light set pad = -5 where id = 5; update heavy set id = 60 where id = 6; commit

-- what refers to tables follows them
create table referred (id int primary key); create table referring (id int primary key, r int references referred on update cascade on delete cascade); insert into referred select generate_series(1, 9); insert into referring select i, i from generate_series(1, 9) i

begin; alter table referred rename to tmp; create table referred (id int primary key, other text); insert into referred values (100, 'not it'); update tmp set id = 200 where id = 1; delete from tmp where id = 2; alter table referring rename to referred_by; alter table referred_by rename r to id2; insert into referred_by values (10, 3); alter table referred_by drop constraint referring_r_fkey; alter table referred_by add constraint referring_r_fkey foreign key (id2) references referred (id) not valid; insert into referred_by values (11, 100); alter table tmp rename to referred_before; commit

-- functions, triggers and sequences change names with each other
create function fn_a(i int) returns int language sql immutable as 'select 1'; create function fn_b(i int) returns int language sql immutable as 'select 2'; create sequence sq_a start 10; create sequence sq_b start 20; create table sequenced (id int primary key, a int default nextval('sq_a'), b int default nextval('sq_b'), c int default fn_a(1)); insert into sequenced (id) values (1)

begin; alter function fn_a(int) rename to fn_tmp; alter function fn_b(int) rename to fn_a; alter function fn_tmp(int) rename to fn_b; alter sequence sq_a rename to sq_tmp; alter sequence sq_b rename to sq_a; alter sequence sq_tmp rename to sq_b; insert into sequenced (id) values (2); alter table sequenced add d int default fn_a(1), add e int default nextval('sq_a'); insert into sequenced (id) values (3); commit

-- inherited tables
create table base_t (id int primary key, v text); create table heir_t (extra int, primary key (id)) inherits (base_t); insert into base_t values (1, 'base'); insert into heir_t values (2, 'heir', 2)

begin; alter table base_t rename v to w; insert into heir_t values (3, 'heir', 3); alter table base_t rename to tmp; alter table heir_t rename to base_t; alter table tmp rename to heir_t; insert into base_t values (4, 'heir again', 4); insert into heir_t values (5, 'base again'); update heir_t set w = 'all'; alter table base_t no inherit heir_t; update heir_t set w = 'one'; commit
