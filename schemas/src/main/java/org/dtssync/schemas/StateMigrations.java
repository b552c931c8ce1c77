package org.dtssync.schemas;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The numbered migrations that create and change the tables of the dts_sync schema: one set for each group of tables that is created in
 * its own place.
 *
 * <p>A migration that was released never changes. The first of each set can also be run if its tables exist, as in installations from
 * before versions existed; later ones only add, so that a run of an older release keeps working with them.
 */
public enum StateMigrations {
    /** The tasks' state, at the destination of each. */
    STATE(
            "state",
            "V001__task.sql V002__history.sql V003__sequences.sql V004__topics.sql V005__topic_layout.sql V006__ddl.sql"
                    + " V007__forms.sql V008__structure_position.sql V009__deferred_index.sql"),
    /** The heartbeat table, at both ends. */
    HEARTBEAT("heartbeat", "V001__heartbeat.sql"),
    /** What settings were before writes were closed, at the end that is closed. */
    READ_ONLY("read-only", "V001__write_fence.sql"),
    /** How far a database is that is made from a base and the topics. */
    REPLAY("replay", "V001__replay.sql"),
    /** The bases of the tasks, at the destination of each once one was taken. */
    BASES("bases", "V001__base.sql");

    /** The schema that contains all our tables, at both ends. */
    public static final String SCHEMA = "dts_sync";

    private final String part;
    private final String files;

    /**
     * @param files the scripts in order, separated by blanks
     */
    StateMigrations(String part, String files) {
        this.part = part;
        this.files = files;
    }

    private List<String> files() {
        return List.of(files.split(" "));
    }

    /**
     * One migration.
     *
     * @param number its place in the set, from 1
     * @param name what it brings, in one word
     * @param sql a script of several statements
     */
    public record Migration(int number, String name, String sql) {}

    /** Returns the set's name, under which its version is kept. */
    public String part() {
        return part;
    }

    /** Returns the number of the newest migration. */
    public int newest() {
        return files().size();
    }

    /** Returns the migrations that follow a version, in order. */
    public List<Migration> after(int version) {
        List<Migration> migrations = new ArrayList<>();
        for (int number = version + 1; number <= files().size(); number++) {
            String file = files().get(number - 1);
            String name = file.substring(file.indexOf("__") + 2, file.lastIndexOf('.'));
            migrations.add(new Migration(number, name, text(part + "/" + file)));
        }
        return migrations;
    }

    /** Returns the script that makes the table of the versions; safe to run again. */
    public static String versionTable() {
        return text("version.sql");
    }

    private static String text(String file) {
        try (InputStream stream = StateMigrations.class.getResourceAsStream(file)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
