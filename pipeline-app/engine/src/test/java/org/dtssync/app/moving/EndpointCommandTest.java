package org.dtssync.app.moving;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import org.dtssync.app.state.EndpointResult;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program that repoints applications gets the new address, and none of the variables that hold the task's secrets. */
class EndpointCommandTest {

    @TempDir
    Path directory;

    @Test
    void getsTheAddressAndNoSecret() throws Exception {
        // Any variable of this process stands for a secret.
        assertThat(System.getenv()).containsKeys("PATH", "HOME");
        Path seen = directory.resolve("seen");
        Path program = Files.writeString(directory.resolve("move"), """
                #!/bin/sh
                { echo "$@"; echo "home=${HOME-none}"; echo "path=${PATH:+some}"; } > %s
                """.formatted(seen));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        DatabaseSettings target = new DatabaseSettings("jdbc:postgresql://db2:5433/shop", "mover", "secret", Map.of());
        EndpointCommand command = new EndpointCommand(program.toString(), Set.of("HOME", "NOT_SET_HERE"), target);

        command.move();

        assertThat(Files.readString(seen)).isEqualTo("db2 5433 shop\nhome=none\npath=some\n");
        assertThat(new Whereabouts(command, target, target).of(EndpointResult.MOVED))
                .isEqualTo("at db2:5433/shop, moved by program " + program);
    }
}
