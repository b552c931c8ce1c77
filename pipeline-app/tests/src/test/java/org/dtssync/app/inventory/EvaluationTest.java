package org.dtssync.app.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.dtssync.app.tasks.EvaluationReport;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** The report of an evaluation. Run with {@code -Dreference.write=true} to write the example of its page after a change. */
@ExtendWith(ServersExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EvaluationTest {

    private static final Path PAGE = Path.of("../../docs/evaluate.md");
    private static final String COMMAND = "$ dts-sync evaluate shop.yaml --verbose\n";
    private static final String END = "\n```\n";

    private EveryKind everyKind;
    private EvaluationReport report;

    @BeforeAll
    void evaluate(Servers servers) throws SQLException, IOException {
        everyKind = new EveryKind(servers, 18);
        report = new EvaluationReport("shop", everyKind.inventory(EveryKind.SHOP), false);
    }

    @AfterAll
    void close() throws SQLException {
        everyKind.close();
    }

    @Test
    void theExampleOfThePageIsWhatTheCommandPrints() throws IOException, SQLException {
        String page = Files.readString(PAGE);
        String database = everyKind.texts("SELECT current_database()").get(0);
        String printed = report.withAllNames().text().replaceAll("DATABASE " + database + "\\b", "DATABASE shop");
        String expected = page.substring(0, page.indexOf(COMMAND)) + COMMAND + printed + END;
        if (Boolean.getBoolean("reference.write")) {
            Files.writeString(PAGE, expected);
            page = expected;
        }

        assertThat(page)
                .as("run this test with -Dreference.write=true and commit the file")
                .isEqualTo(expected);
    }

    @Test
    void namesOnlySomeOfEachGroupUnlessAskedForAll() {
        assertThat(report.text())
                .contains("more; --verbose names all")
                .endsWith(
                        report.withAllNames().text().lines().reduce((a, b) -> b).orElseThrow());
        assertThat(report.withAllNames().text()).doesNotContain("--verbose names all");
        assertThat(report.complete()).isFalse();
    }

    @Test
    void theJsonHasEveryObject() throws IOException {
        JsonNode json = new ObjectMapper().readTree(report.json());

        assertThat(json.get("objects")).hasSize(report.inventory().items().size());
        assertThat(json.get("complete").asBoolean()).isFalse();
        assertThat(json.get("counts").findValuesAsText("kind")).contains("table", "cast", "sequence value");
        assertThat(report.json()).doesNotContain("not to be shown").doesNotContain("\n");
    }

    @Test
    void thePageStandsAloneAndEscapesNames() {
        String page = report.html();

        assertThat(page)
                .startsWith("<!DOCTYPE html>")
                .endsWith("</html>")
                .contains("shop.customer.&quot;Full Name&quot;")
                .doesNotContain("<script")
                .doesNotContain("http")
                .doesNotContain("not to be shown");
    }
}
