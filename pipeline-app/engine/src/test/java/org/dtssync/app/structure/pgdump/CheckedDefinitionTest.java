package org.dtssync.app.structure.pgdump;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.dtssync.app.structure.pgdump.CheckedDefinition.Check;
import org.junit.jupiter.api.Test;

/** Checks are taken out of what pg_dump prints, whatever else stands in it. */
class CheckedDefinitionTest {

    @Test
    void checksOfATableAreTakenOutAndNothingElse() {
        CheckedDefinition checked = CheckedDefinition.ofTable("""
                CREATE TABLE public.t (
                    a text DEFAULT ')(, CONSTRAINT z CHECK ('::text,
                    b text DEFAULT E'\\\\\\', CONSTRAINT y CHECK ('::text,
                    "CONSTRAINT x CHECK (1)" numeric(12,2) DEFAULT (1 + 2) NOT NULL,
                    c integer[] DEFAULT ARRAY[1, 2],
                    CONSTRAINT one CHECK ((a <> ', ('::text)),
                    CONSTRAINT "two ""2"", CHECK" CHECK ((a = ANY (ARRAY['x'::text, 'y'::text]))) NO INHERIT,
                    CONSTRAINT three NOT NULL c
                )
                WITH (fillfactor='70');
                ALTER TABLE ONLY public.t ALTER COLUMN a SET STATISTICS 5;
                """);

        assertThat(checked.checks())
                .containsExactly(
                        new Check("one", "CONSTRAINT one CHECK ((a <> ', ('::text))"),
                        new Check(
                                "two \"2\", CHECK",
                                "CONSTRAINT \"two \"\"2\"\", CHECK\" CHECK ((a = ANY (ARRAY['x'::text, 'y'::text]))) NO INHERIT"));
        assertThat(checked.definition()).isEqualTo("""
                CREATE TABLE public.t (
                    a text DEFAULT ')(, CONSTRAINT z CHECK ('::text,
                    b text DEFAULT E'\\\\\\', CONSTRAINT y CHECK ('::text,
                    "CONSTRAINT x CHECK (1)" numeric(12,2) DEFAULT (1 + 2) NOT NULL,
                    c integer[] DEFAULT ARRAY[1, 2],
                    CONSTRAINT three NOT NULL c
                )
                WITH (fillfactor='70');
                ALTER TABLE ONLY public.t ALTER COLUMN a SET STATISTICS 5;
                """);
    }

    @Test
    void aTableWithoutColumnsOfItsOwnStaysOne() {
        assertThat(CheckedDefinition.ofTable(
                                "CREATE TABLE public.t OF public.a (\n    CONSTRAINT c CHECK ((x > 0))\n);")
                        .definition())
                .isEqualTo("CREATE TABLE public.t OF public.a;");
        assertThat(CheckedDefinition.ofTable(
                                "CREATE TABLE public.t (\n    CONSTRAINT c CHECK ((x > 0))\n)\nINHERITS (public.p);")
                        .definition())
                .isEqualTo("CREATE TABLE public.t (\n)\nINHERITS (public.p);");
        assertThat(CheckedDefinition.ofTable("CREATE TABLE public.t (\n);").checks())
                .isEmpty();
    }

    @Test
    void onlyNamedChecksAreTakenOutOfADomain() {
        String domain = """
                CREATE DOMAIN public.d AS text NOT NULL DEFAULT 'a CONSTRAINT b'::text
                	CONSTRAINT late CHECK (public.f(VALUE))
                	CONSTRAINT "early, too" CHECK ((VALUE <> '
                	CONSTRAINT late CHECK'::text));
                """;

        CheckedDefinition checked = CheckedDefinition.ofDomain(domain, Set.of("late"));

        assertThat(checked.checks()).containsExactly(new Check("late", "CONSTRAINT late CHECK (public.f(VALUE))"));
        assertThat(checked.definition()).isEqualTo("""
                CREATE DOMAIN public.d AS text NOT NULL DEFAULT 'a CONSTRAINT b'::text
                	CONSTRAINT "early, too" CHECK ((VALUE <> '
                	CONSTRAINT late CHECK'::text));
                """);
        assertThat(CheckedDefinition.ofDomain(domain, Set.of()).definition()).isEqualTo(domain);
    }
}
