package org.dtssync.app.verify;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.dtssync.app.state.ComparedSlice;
import org.dtssync.connectors.postgres.TableName;

/**
 * What a comparison keeps of itself, so that one that is cut off can be gone on with: how tables are cut, and which slices were
 * equal. Slices that differed are compared again.
 *
 * @param earlier the slices of an earlier attempt by table, in the order of their numbers
 * @param cut told how a table is cut, by several threads
 * @param equal told which slices were found equal, by several threads
 */
public record SliceMemory(
        Map<TableName, List<ComparedSlice>> earlier,
        BiConsumer<TableName, List<ComparedSlice>> cut,
        Consumer<List<ComparedSlice>> equal) {

    /** Keeps nothing and remembers nothing. */
    public static final SliceMemory NONE = new SliceMemory(Map.of(), (table, slices) -> {}, slices -> {});

    /** Returns how many rows a table had that was found equal as one slice. */
    Optional<ComparedSlice> equalWhole(TableName table) {
        return of(table).stream()
                .filter(slice -> slice.lower() == null && slice.upper() == null)
                .filter(slice -> slice.rows().isPresent())
                .findFirst();
    }

    /** Returns the slices of a table that was cut into several; empty if it was not. */
    List<ComparedSlice> ranges(TableName table) {
        return of(table).size() > 1 ? of(table) : List.of();
    }

    private List<ComparedSlice> of(TableName table) {
        return earlier.getOrDefault(table, List.of());
    }
}
