package org.dtssync.app.ddl;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Messages of commands by chance: several in one, in transactions, with savepoints that are rolled back, inside blocks. Many fail,
 * as an application's do. The same seed makes the same ones. Not thread-safe.
 */
public final class RandomCommands {

    private static final List<String> TYPES =
            List.of("int", "bigint", "text", "numeric(12,3)", "timestamptz", "varchar(20)", "int[]");

    private final Random random;

    /** Creates the messages of a seed. */
    public RandomCommands(long seed) {
        this.random = new Random(seed);
    }

    /** Returns messages that make some tables, so that the others find something. */
    public static List<String> first() {
        return List.of(
                "create table r0 (id int primary key, a text, b int); create table r1 (id int primary key, a text, b int)",
                "create table r2 (id int, k int, primary key (id, k)) partition by list (k)",
                "create table \"Tab; le\" (id int primary key, a text, b int)");
    }

    /** Returns the next message. */
    public String message() {
        List<String> statements = new ArrayList<>();
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            statements.add(random.nextInt(3) > 0 ? block() : statement());
        }
        if (random.nextInt(3) == 0) {
            int from = random.nextInt(statements.size());
            statements.add(from, "savepoint s");
            statements.add(from + 2, random.nextBoolean() ? "rollback to s" : "release s");
            statements.add(0, "begin");
            statements.add(random.nextInt(5) == 0 ? "rollback" : "commit");
        }
        return String.join(random.nextBoolean() ? "; " : " ;\n-- next; one\n", statements);
    }

    /** Some statements, each in a transaction of its own inside, so that the others survive one that fails. */
    private String block() {
        StringBuilder body = new StringBuilder();
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            String quoted = statement().replace("'", "''");
            body.append("begin execute '").append(quoted).append("'; ");
            body.append(random.nextInt(6) == 0 ? "raise exception 'no'; " : "");
            body.append("exception when others then null; end; ");
        }
        return "do $block$ begin " + body + "end $block$";
    }

    private String statement() {
        return this.<String>one(List.of(
                        () -> "create table " + table() + " (id int primary key, a text default 'x;''y', b " + type()
                                + ")",
                        () -> "create table if not exists " + table() + " (id bigserial, a text, primary key (id))",
                        () -> "create table " + table() + " (id int, k int, primary key (id, k)) partition by list (k)",
                        () -> "create table " + table() + " partition of " + table() + " for values in ("
                                + random.nextInt(4) + ")",
                        () -> "create table " + table() + " (like " + table() + " including all)",
                        () -> "create table " + table() + " as select 1 as id, 'q'::text as a",
                        () -> "alter table " + table() + " add " + column() + " " + type(),
                        () -> "alter table " + table() + " add " + column() + " int not null default "
                                + random.nextInt(9) + ", add " + column() + " text default ';'",
                        () -> "alter table " + table() + " drop column " + column()
                                + (random.nextBoolean() ? " cascade" : ""),
                        () -> "alter table " + table() + " rename column " + column() + " to " + column(),
                        () -> "alter table " + table() + " alter " + column() + " type " + type() + " using null",
                        () -> "alter table " + table() + " alter " + column() + " set default null",
                        () -> "alter table " + table() + " alter " + column() + " set not null",
                        () -> "alter table " + table() + " add check (id > " + random.nextInt(3) + ")",
                        () -> "alter table " + table() + " add unique (" + column() + ")",
                        () -> "alter table " + table() + " drop constraint if exists " + name() + "_pkey cascade",
                        () -> "alter table " + table() + " rename to " + name(),
                        () -> "alter table " + table() + " set schema " + (random.nextBoolean() ? "arch" : "public"),
                        () -> "alter table " + table() + " attach partition " + table() + " for values in ("
                                + random.nextInt(9) + ")",
                        () -> "alter table " + table() + " detach partition " + table(),
                        () -> "create index on " + table() + " (" + column() + ")",
                        () -> "create unique index " + name() + "_i on " + table() + " (" + column() + ", id)",
                        () -> "drop index if exists " + name() + "_i",
                        () -> "comment on table " + table() + " is 'it''s; \"" + random.nextInt(9) + "\"'",
                        () -> "create or replace view " + name() + "_v as select id from " + table(),
                        () -> "drop view if exists " + name() + "_v cascade",
                        () -> "create type " + name() + "_t as enum ('a', 'b;')",
                        () -> "alter table " + table() + " add " + column() + " " + name() + "_t",
                        () -> "drop type " + name() + "_t cascade",
                        () -> "drop table " + table() + ", " + table(),
                        () -> "drop table " + table() + " cascade"))
                .get();
    }

    private String table() {
        return (random.nextInt(4) == 0 ? "arch." : "public.") + name();
    }

    private String name() {
        return random.nextInt(6) == 0 ? "\"Tab; le\"" : "r" + random.nextInt(5);
    }

    private String column() {
        return List.of("id", "a", "b", "c", "\"d;d\"").get(random.nextInt(5));
    }

    private String type() {
        return TYPES.get(random.nextInt(TYPES.size()));
    }

    private <T> Supplier<T> one(List<Supplier<T>> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
