-- What only PostgreSQL 18 has.
CREATE TABLE public.contact (id int PRIMARY KEY, phone text);
INSERT INTO public.contact VALUES (1, NULL);
ALTER TABLE public.contact ADD CONSTRAINT phone_given NOT NULL phone NOT VALID;
CREATE TABLE public.lease (room int, valid daterange, tenant text, PRIMARY KEY (room, valid WITHOUT OVERLAPS));
CREATE TABLE public.sublease (room int, valid daterange, FOREIGN KEY (room, PERIOD valid) REFERENCES public.lease (room, PERIOD valid));
CREATE TABLE public.relaxed (a int, twice int GENERATED ALWAYS AS (a * 2) VIRTUAL, CONSTRAINT unsure CHECK (a > 0) NOT ENFORCED);
CREATE TABLE public.unsure_of (a int, CONSTRAINT unsure_fk FOREIGN KEY (a) REFERENCES public.item (item_id) NOT ENFORCED);
CREATE COLLATION public.plain (provider = builtin, locale = 'C.UTF-8');
CREATE TABLE public.parted_am (a int) PARTITION BY RANGE (a) USING other_heap;
CREATE UNLOGGED SEQUENCE public.fast_numbers;
CREATE TABLE public.nulls (a int CONSTRAINT "not null; of a" NOT NULL, b int, CONSTRAINT b_given NOT NULL b NO INHERIT, UNIQUE NULLS NOT DISTINCT (b));
CREATE EVENT TRIGGER on_login ON login EXECUTE FUNCTION helpers.on_ddl();
ALTER EVENT TRIGGER on_login DISABLE;
CREATE PUBLICATION whole_schema FOR TABLES IN SCHEMA helpers;
