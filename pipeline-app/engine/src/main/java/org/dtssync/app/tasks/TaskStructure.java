package org.dtssync.app.tasks;

import java.util.List;
import java.util.Optional;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.inventory.Verdict;
import org.dtssync.app.pipeline.TaskInventory;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.state.Author;
import org.dtssync.app.state.ObjectState;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.StateSchema;
import org.dtssync.app.state.StoredObject;
import org.dtssync.app.state.StructureObjectStore;
import org.dtssync.connectors.postgres.DatabaseConnections;

/**
 * The schema objects of one task, as they are kept at the destination: see, correct and skip them. A run uses what was
 * corrected. Thread-safe.
 */
public final class TaskStructure {

    private final StateSchema state;
    private final ProgressStore progress;
    private final StructureObjectStore store;

    private final TaskInventory inventory;

    TaskStructure(TaskFile task) {
        this.inventory = new TaskInventory(task);
        DatabaseConnections destination = Route.forReading(task).destination();
        this.state = new StateSchema(destination);
        this.progress = new ProgressStore(destination, task.name());
        this.store = new StructureObjectStore(destination, task.name());
    }

    /**
     * One schema object.
     *
     * @param name names it in the task, for example {@code index:public.orders_by_day}
     * @param section when it is created
     * @param state its state
     * @param done whether nothing is left to do with it
     * @param statement the SQL that makes it, the corrected one if there is one
     * @param error PostgreSQL's message, if it was refused
     * @param reason why a person skipped it, if they said so
     */
    public record Item(
            String name,
            String section,
            String state,
            boolean done,
            String statement,
            Optional<String> error,
            Optional<String> reason) {

        static Item of(StoredObject stored) {
            return new Item(
                    stored.object().name(),
                    stored.object().section().label(),
                    stored.state().label(),
                    stored.state() == ObjectState.DONE,
                    stored.statement(),
                    stored.error(),
                    stored.reason());
        }
    }

    /** Returns all objects in the order in which they are made; none before a run has read them from the source. */
    public List<Item> list() {
        return progress.exists() ? known().list().stream().map(Item::of).toList() : List.of();
    }

    /**
     * An object of the source that no statement of the task makes.
     *
     * @param verdict what becomes of it, for example {@code by-hand}
     * @param name what PostgreSQL calls it, for example {@code cast (integer AS text)}
     * @param reason why; empty if the switch sets it
     */
    public record Uncarried(String verdict, String name, String reason) {}

    /** Returns the rest of the source's objects, which no statement makes; needs the source. */
    public List<Uncarried> uncarried() {
        return inventory.read().items().stream()
                .filter(item -> item.verdict() != Verdict.CARRIED)
                .map(item -> new Uncarried(item.verdict().label(), item.title(), item.reason()))
                .toList();
    }

    /** Returns one object. */
    public Item show(String name) {
        return Item.of(known().show(name));
    }

    /** Gives one that is not made yet another statement. */
    public void set(String name, String sql) {
        known().set(name, sql, Author.ofCommandLine());
    }

    /**
     * Leaves one out.
     *
     * @param reason why; the list shows it
     * @return the names of others that mention it
     */
    public List<String> skip(String name, Optional<String> reason) {
        List<String> mentions = known().mentions(name);
        store.skip(name, Author.ofCommandLine(), reason.orElse(null));
        return mentions;
    }

    /** A newer release may keep them in another way. */
    private StructureObjectStore known() {
        state.requireKnown();
        return store;
    }
}
