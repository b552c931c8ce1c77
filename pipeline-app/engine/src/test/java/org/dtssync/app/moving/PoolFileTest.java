package org.dtssync.app.moving;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.dtssync.app.config.PgBouncerSettings.Server;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PgBouncer's file of databases: three values change, all else stays as it was, to the letter. */
class PoolFileTest {

    private static final String BEFORE = """
            ; shop = host=old port=1 dbname=comment
            [databases]
            shop = host=10.0.0.5 port = 5432 dbname='sh''op' pool_size=20 password='host=x port=9' # kept
              "Shop ""two" =user=app host='/run/post gresql'
            shop_other = host=10.0.0.5 port=5432 dbname=shop
            [pgbouncer]
            listen_port = 6432
            """;

    @TempDir
    Path directory;

    @Test
    void changesHostPortAndDatabaseOfTheNamedLinesAlone() throws IOException {
        Path path = Files.writeString(directory.resolve("pool.ini"), BEFORE);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r-----"));
        Path link = Files.createSymbolicLink(directory.resolve("link.ini"), path);
        PoolFile file = new PoolFile(link, List.of("shop", "Shop \"two"));
        assertThat(file.server("shop")).contains(new Server("10.0.0.5", 5432, "sh'op"));
        assertThat(file.server("Shop \"two")).contains(new Server("/run/post gresql", 5432, "Shop \"two"));
        assertThat(file.server("comment")).isEmpty();
        assertThat(file.replacementProblem()).isEmpty();

        file.sendTo(new Server("db2.example", 6000, "new shop's"));

        assertThat(path).hasContent("""
                ; shop = host=old port=1 dbname=comment
                [databases]
                shop = host=db2.example port = 6000 dbname='new shop''s' pool_size=20 password='host=x port=9' # kept
                  "Shop ""two" =user=app host=db2.example port=6000 dbname='new shop''s'
                shop_other = host=10.0.0.5 port=5432 dbname=shop
                [pgbouncer]
                listen_port = 6432
                """);
        assertThat(link).isSymbolicLink();
        assertThat(Files.getPosixFilePermissions(path)).isEqualTo(PosixFilePermissions.fromString("rw-r-----"));
        assertThat(directory).isDirectoryNotContaining(found -> found.toString().endsWith(".dts-sync"));
        assertThat(file.server("shop")).contains(new Server("db2.example", 6000, "new shop's"));
    }

    @Test
    void saysThatAFileCannotBeReplaced() {
        PoolFile file = new PoolFile(directory.resolve("none.ini"), List.of("shop"));

        assertThat(file.replacementProblem().orElseThrow()).contains("none.ini of switchover.pgbouncer.file cannot be");
    }
}
