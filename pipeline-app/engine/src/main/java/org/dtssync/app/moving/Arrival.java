package org.dtssync.app.moving;

import java.util.List;
import java.util.function.Supplier;

/**
 * What a switch does at the database that applications are moved to, carried out by those who know how.
 *
 * @param sequences finds the sequences to be set there
 * @param objects checks what applications would miss there
 * @param reverse checks what reverse replication needs of other servers than the databases
 * @param unsent copies the rows that no stream contains
 * @param views refreshes materialized views there
 */
public record Arrival(
        SequenceTransfer sequences,
        Supplier<List<Gate>> objects,
        Supplier<List<Gate>> reverse,
        UnsentRows unsent,
        ViewRefresh views) {}
