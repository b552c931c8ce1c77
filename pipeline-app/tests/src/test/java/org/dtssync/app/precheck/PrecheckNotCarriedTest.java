package org.dtssync.app.precheck;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.List;
import org.dtssync.app.precheck.PrecheckItem.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the task does not make, and what it makes although something it needs is not selected, is named before data moves. */
class PrecheckNotCarriedTest {

    @RegisterExtension
    final PrecheckServers servers = new PrecheckServers();

    @Test
    void passesIfEverythingIsCarried() throws SQLException {
        servers.atSource("CREATE TABLE public.a (id int PRIMARY KEY, at timestamptz DEFAULT now());"
                + " CREATE CAST (integer AS text) WITH INOUT AS ASSIGNMENT");

        servers.assertPasses("not-carried");
        servers.assertPasses("left-out");
    }

    @Test
    void namesWhatNoStatementMakesWithItsSql() throws SQLException {
        servers.atSource("""
                CREATE FOREIGN DATA WRAPPER own;
                COMMENT ON FOREIGN DATA WRAPPER own IS 'x';
                CREATE TABLE public.t (id int PRIMARY KEY)
                """);

        servers.assertFound(
                "not-carried",
                "foreign-data wrapper own",
                Result.WARN,
                "Foreign-data wrapper own is not migrated.",
                "CREATE FOREIGN DATA WRAPPER own;\nCOMMENT ON FOREIGN DATA WRAPPER own IS 'x';");
    }

    /** A publication without its tables would send nothing, and a server without its user mappings lets nobody in. */
    @Test
    void theSqlMakesWhatBelongsToAnObjectToo() throws SQLException {
        servers.atSource("""
                CREATE TABLE public.t (id int PRIMARY KEY);
                CREATE PUBLICATION own FOR TABLE public.t WITH (publish = 'insert');
                CREATE FOREIGN DATA WRAPPER remote;
                CREATE SERVER far FOREIGN DATA WRAPPER remote OPTIONS (host 'h');
                CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS (password 'secret')
                """);

        assertThat(servers.of("not-carried"))
                .extracting(item -> item.advice().sql())
                .containsExactly(
                        "CREATE FOREIGN DATA WRAPPER remote;",
                        "CREATE SERVER far FOREIGN DATA WRAPPER remote OPTIONS (host 'h');\n"
                                + "CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS (...); -- with the options it has at the source",
                        "CREATE PUBLICATION own WITH (publish = 'insert');\nALTER PUBLICATION own ADD TABLE ONLY public.t;");
    }

    @Test
    void namesTablesOutsideTheSelectionAndWhatNeedsThem() throws SQLException {
        servers.atSource("""
                CREATE SCHEMA util;
                CREATE FUNCTION util.stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
                CREATE FUNCTION util.valid(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
                CREATE FUNCTION util.folded(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower($1)';
                CREATE FUNCTION util.mine(int) RETURNS boolean LANGUAGE sql STABLE AS 'SELECT true';
                CREATE TABLE util.entry (id int PRIMARY KEY, line text);
                CREATE TABLE util.kind (id int PRIMARY KEY);
                CREATE TABLE public.account (id int PRIMARY KEY, name text CONSTRAINT named CHECK (util.valid(name)),
                    kind int CONSTRAINT of_kind REFERENCES util.kind);
                CREATE TRIGGER stamped BEFORE INSERT ON public.account FOR EACH ROW EXECUTE FUNCTION util.stamp();
                CREATE INDEX account_folded ON public.account (util.folded(name));
                CREATE POLICY own ON public.account USING (util.mine(id));
                CREATE VIEW public.entries AS SELECT * FROM util.entry;
                CREATE FUNCTION public.all_entries() RETURNS SETOF util.entry LANGUAGE sql AS 'SELECT * FROM util.entry'
                """);

        List<PrecheckItem> leftOut = servers.of("left-out");
        List<PrecheckItem> notCarried = servers.of("not-carried");

        assertThat(leftOut).allMatch(item -> item.result() == Result.WARN);
        assertThat(leftOut)
                .extracting(PrecheckItem::message)
                .containsExactlyInAnyOrder(
                        "Table util.entry is left out by the selection, but needed by function public.all_entries(), view public.entries.",
                        "Table util.kind is left out by the selection, but needed by foreign key of_kind on public.account.");
        assertThat(notCarried)
                .extracting(PrecheckItem::message)
                .containsExactlyInAnyOrder(
                        "Foreign key of_kind on public.account is not migrated: it needs table util.kind, which the selection leaves out.",
                        "Function public.all_entries() is not migrated: it needs table util.entry, which the selection leaves out.",
                        "View public.entries is not migrated: it needs table util.entry, which the selection leaves out.");
    }
}
