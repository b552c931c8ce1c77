package org.dtssync.app.ddl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Where a text of several statements is cut, and what kind each one is. */
class SqlStatementTest {

    @Test
    void semicolonsInsideDoNotEndAStatement() {
        List<String> statements = List.of(
                "create table a (b text default ';', c text default 'it''s;')",
                "comment on table a is E'x\\';--'",
                "select U&'d\\0061t;a', U&\"d;\", \"a;\"\"b\", B'01', x'1F;'",
                "do $q$ begin perform 1; end; $q$",
                "do $$ begin execute $x$ select ';' $x$; end $$",
                "create rule r as on insert to v do instead (insert into t values (1); insert into t values (2))",
                "create function f(i int) returns int language sql begin atomic select i + 1;"
                        + " select case when i > 0 then 1 else 2 end; end",
                "select 1 /* ; /* nested ; */ ; */ + 2",
                "insert into t values ($1, $2)");

        String text = statements.stream().collect(Collectors.joining("; ;; -- a comment;\n"));

        assertThat(SqlStatement.split(text, true).stream().map(SqlStatement::text))
                .containsExactlyElementsOf(statements);
    }

    @Test
    void backslashesEscapeWhereTheSettingSaysSo() {
        assertThat(SqlStatement.split("select 'a\\'; select 'b'", true)).hasSize(2);
        assertThat(SqlStatement.split("select 'a\\'; select ''", false)).hasSize(1);
        assertThat(SqlStatement.split("select E'a\\'; select 1'; select 2", true))
                .hasSize(2);
    }

    @Test
    void nothingIsNoStatement() {
        assertThat(SqlStatement.split(" ; -- only a comment\n ; /* ; */ ", true))
                .isEmpty();
        assertThat(SqlStatement.split("", true)).isEmpty();
        assertThat(SqlStatement.split("select 'never closed; drop table x", true))
                .hasSize(1);
    }

    @Test
    void eachHasTheTagThatEventTriggersHave() {
        assertTag("create or replace view v as select 1", "CREATE VIEW");
        assertTag("create temp table t (a int)", "CREATE TABLE");
        assertTag("create unlogged table t as select 1", "CREATE TABLE AS");
        assertTag("create table t (a int generated always as (1) stored)", "CREATE TABLE");
        assertTag("create table if not exists t (x, y) as values (1, 2) with no data", "CREATE TABLE AS");
        assertTag("select a into t from u", "SELECT INTO");
        assertTag("with x as (insert into t values (1) returning a) select a into u from x", "SELECT INTO");
        assertTag("with x as (select 1) insert into t select * from x", "WITH");
        assertTag("create unique index concurrently on t (a)", "CREATE INDEX");
        assertTag("create materialized view m as select 1", "CREATE MATERIALIZED VIEW");
        assertTag("create constraint trigger c after insert on t execute function f()", "CREATE TRIGGER");
        assertTag("create event trigger e on sql_drop execute function f()", "CREATE EVENT TRIGGER");
        assertTag("alter default privileges grant select on tables to x", "ALTER DEFAULT PRIVILEGES");
        assertTag("create default conversion c for 'UTF8' to 'LATIN1' from f", "CREATE CONVERSION");
        assertTag("create trusted procedural language l handler h", "CREATE LANGUAGE");
        assertTag("alter text search configuration c alter mapping for word with d", "ALTER TEXT SEARCH CONFIGURATION");
        assertTag("create operator class c for type int using btree as operator 1 <", "CREATE OPERATOR CLASS");
        assertTag("create foreign data wrapper w", "CREATE FOREIGN DATA WRAPPER");
        assertTag("drop user mapping for x server s", "DROP USER MAPPING");
        assertTag("refresh materialized view concurrently m", "REFRESH MATERIALIZED VIEW");
        assertTag("import foreign schema s from server x into y", "IMPORT FOREIGN SCHEMA");
        assertTag("comment on table t is 'x'", "COMMENT");
        assertTag("/* x */ grant select on t to u", "GRANT");
    }

    private static void assertTag(String text, String tag) {
        assertThat(SqlStatement.split(text, true))
                .singleElement()
                .extracting(SqlStatement::tag)
                .isEqualTo(tag);
    }

    @Test
    void wordsAreLeftOutOutsideOfParenthesesAndStringsOnly() {
        SqlStatement statement = SqlStatement.split(
                        "create index concurrently i on t (concurrently, \"concurrently\") where a = 'concurrently'",
                        true)
                .get(0);

        assertThat(statement.without(word -> word.is("CONCURRENTLY")))
                .isEqualTo("create index  i on t (concurrently, \"concurrently\") where a = 'concurrently'");
    }

    @Test
    void onlyWhatChangesTheStructureIsSent() {
        assertThat(SentText.of(
                        "insert into t values ('secret'); Alter Table t add c text default 'a;b' ; select f('secret');"
                                + "create role r password 'secret'; alter user u password 'secret'; create user mapping for u server s;"
                                + "with x as (select 1) select * into made from x; comment on table t is ''",
                        true))
                .isEqualTo("""
                        Alter Table t add c text default 'a;b';
                        with x as (select 1) select * into made from x;
                        comment on table t is ''""");
    }
}
