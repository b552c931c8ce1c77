package org.dtssync.app.verify;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.dtssync.app.state.ComparedSlice;
import org.dtssync.connectors.postgres.TableName;

/**
 * The stored progress of a verification, so that an interrupted one can resume: how tables are divided, and which slices were
 * equal. Slices that differed are verified again.
 *
 * @param earlier the slices of an earlier attempt by table, in the order of their numbers
 * @param cut receives how a table is divided, from several threads
 * @param equal receives which slices were found equal, from several threads
 */
public record SliceMemory(
        Map<TableName, List<ComparedSlice>> earlier,
        BiConsumer<TableName, List<ComparedSlice>> cut,
        Consumer<List<ComparedSlice>> equal) {

    /** Stores nothing. */
    public static final SliceMemory NONE = new SliceMemory(Map.of(), (table, slices) -> {}, slices -> {});

    /** Returns how many rows a table had that was found equal as one slice. */
    Optional<ComparedSlice> equalWhole(TableName table) {
        return of(table).stream()
                .filter(slice -> slice.lower() == null && slice.upper() == null)
                .filter(slice -> slice.rows().isPresent())
                .findFirst();
    }

    /** Returns the slices of a table that was divided into several; empty if it was not. */
    List<ComparedSlice> ranges(TableName table) {
        return of(table).size() > 1 ? of(table) : List.of();
    }

    private List<ComparedSlice> of(TableName table) {
        return earlier.getOrDefault(table, List.of());
    }
}
